#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One photo and the file that its result goes to.
struct PhotoJob: Equatable {
  /// Path of the photo, or "-".
  let input: String
  /// Path of the result, or "-".
  let output: String
  /// Where the photo lies in the input folder, without its extension: the name of further results.
  let stem: String

  /// What to call the photo in messages.
  var source: String { input == "-" ? "standard input" : input }

  /// Pairs photos with results.
  ///
  /// One photo goes to the file `output`, or into it if it is a folder. Several photos and folders go to the folder
  /// `output`, the tree below each input folder mirrored, with the extension .png.
  /// - Throws: `CommandFailure` before any work is done: nothing to do, two photos with the same result, a result that
  ///   would replace a photo, results that exist.
  static func plan(inputs: [String], output: String, existing: ExistingFiles) throws -> [PhotoJob] {
    let isFolder = output.hasSuffix("/") || Paths.isFolder(output)
    if inputs.count == 1, !Paths.isFolder(inputs[0]), !isFolder {
      let job = PhotoJob(input: inputs[0], output: output, stem: Paths.stem(ofNameIn: inputs[0]))
      try refuseReplacingPhotos([job])
      return [job]
    }
    guard output != "-" else { throw CommandFailure("several results cannot go to standard output: name a folder") }
    guard isFolder || !FileManager.default.fileExists(atPath: output) else {
      throw CommandFailure("\(output): several results need a folder, this is a file")
    }

    var jobs: [PhotoJob] = []
    for input in inputs {
      let photos =
        Paths.isFolder(input) ? try photos(in: input).map { ("\(input)/\($0)", $0) } : [(input, Paths.name(input))]
      if photos.isEmpty { throw CommandFailure("\(input): no PNG or JPEG file in this folder") }
      jobs += photos.map { path, relative in
        let stem = Paths.stem(relative)
        return PhotoJob(input: path, output: "\(output)/\(stem).png", stem: stem)
      }
    }
    try refuseCollisions(jobs)
    try refuseReplacingPhotos(jobs)
    switch existing {
    case .overwrite: return jobs
    case .skip: return jobs.filter { !FileManager.default.fileExists(atPath: $0.output) }
    case .error:
      let there = jobs.filter { FileManager.default.fileExists(atPath: $0.output) }
      guard let first = there.first else { return jobs }
      throw CommandFailure(
        "\(first.output): exists already"
          + (there.count > 1 ? ", and so do \(there.count - 1) more results" : "")
          + "; choose another folder, or --existing skip or --existing overwrite")
    }
  }

  func makeFolder() throws { if output != "-" { try Paths.makeFolder(containing: output) } }

  private static func refuseCollisions(_ jobs: [PhotoJob]) throws {
    var taken: [String: String] = [:]
    for job in jobs {
      if let other = taken.updateValue(job.input, forKey: job.output) {
        throw CommandFailure("\(job.input): its result \(job.output) would replace that of \(other)")
      }
    }
  }

  private static func refuseReplacingPhotos(_ jobs: [PhotoJob]) throws {
    let photos = Set(jobs.map { Paths.resolved($0.input) })
    for job in jobs where job.output != "-" && photos.contains(Paths.resolved(job.output)) {
      throw CommandFailure("\(job.output): the result would replace a photo; choose another name or folder")
    }
  }

  /// PNG and JPEG files below `folder`, sorted, relative to it. Hidden files and links to folders are left out.
  private static func photos(in folder: String, below prefix: String = "") throws -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(prefix)")
    } catch {
      throw CommandFailure("\(folder)/\(prefix): cannot list this folder")
    }
    var found: [String] = []
    for name in names.sorted() where !name.hasPrefix(".") {
      let path = "\(folder)/\(prefix)\(name)"
      if Paths.isFolder(path) {
        let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
        if !isLink { found += try photos(in: folder, below: "\(prefix)\(name)/") }
      } else if ["png", "jpg", "jpeg"].contains(Paths.fileExtension(name)) {
        found.append(prefix + name)
      }
    }
    return found
  }
}
