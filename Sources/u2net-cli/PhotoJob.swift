import U2Net

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One photo and the files that its results go to.
struct PhotoJob {
  /// Path of the photo, or "-".
  let input: String
  /// Path of the result, or "-".
  let output: String
  /// Paths of the network's single maps, if they are wanted.
  let sideOutputs: [(map: Saliency.Map, path: String)]

  /// What to call the photo in messages.
  var source: String { input == "-" ? "standard input" : input }

  /// All files that will be written.
  private var files: [String] { (output == "-" ? [] : [output]) + sideOutputs.map(\.path) }

  /// - Parameters:
  ///   - stem: where the photo lies in the input folder, without its extension.
  ///   - folder: for the single maps.
  private init(_ input: String, output: String, stem: String, sideOutputs folder: String?) {
    self.input = input
    self.output = output
    let maps: [Saliency.Map] = [.fused] + (1...6).map(Saliency.Map.side)
    sideOutputs = folder.map { folder in maps.map { ($0, "\(folder)/\(stem).\($0).png") } } ?? []
  }

  /// Pairs photos with results.
  ///
  /// One photo goes to the file `output`, or into it if it is a folder. Several photos and folders go to the folder
  /// `output`, the tree below each input folder mirrored, with the extension .png; single maps likewise to `sideOutputs`.
  /// - Throws: `CommandFailure` before any work is done: nothing to do, two results of the same name, a result that
  ///   would replace a photo, results that exist.
  static func plan(
    inputs: [String], output: String, sideOutputs: String?, existing: ExistingFiles
  ) throws -> [PhotoJob] {
    // Names that are not UTF-8 arrive with this character in place of what they were.
    if let name = ([output] + inputs).first(where: { $0.contains("\u{FFFD}") }) {
      throw CommandFailure("\(name): file names must be UTF-8")
    }
    let isFolder = output.hasSuffix("/") || Paths.isFolder(output)
    if inputs.count == 1, !Paths.isFolder(inputs[0]), !isFolder {
      let stem = Paths.stem(ofNameIn: inputs[0])
      let job = PhotoJob(inputs[0], output: output, stem: stem, sideOutputs: sideOutputs)
      try refuseCollisions([job])
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
        Paths.isFolder(input)
        ? try photos(in: input).map { ("\(input)/\($0)", Paths.stem($0)) } : [(input, Paths.stem(ofNameIn: input))]
      jobs += photos.map { path, stem in
        PhotoJob(path, output: "\(output)/\(stem).png", stem: stem, sideOutputs: sideOutputs)
      }
    }
    try refuseCollisions(jobs)
    try refuseReplacingPhotos(jobs)
    switch existing {
    case .overwrite: return jobs
    case .skip: return jobs.filter { !$0.files.allSatisfy(FileManager.default.fileExists(atPath:)) }
    case .error:
      let there = jobs.flatMap(\.files).filter(FileManager.default.fileExists(atPath:))
      guard let first = there.first else { return jobs }
      throw CommandFailure(
        "\(first): exists already"
          + (there.count > 1 ? ", and so do \(there.count - 1) more results" : "")
          + "; choose another folder, or --existing skip or --existing overwrite")
    }
  }

  func makeFolders() throws { for file in files { try Paths.makeFolder(containing: file) } }

  private static func refuseCollisions(_ jobs: [PhotoJob]) throws {
    var taken: [String: String] = [:]
    for job in jobs {
      for file in job.files {
        if let other = taken.updateValue(job.source, forKey: Paths.resolved(file)) {
          throw CommandFailure("\(job.source): its result \(file) would replace that of \(other)")
        }
      }
    }
  }

  private static func refuseReplacingPhotos(_ jobs: [PhotoJob]) throws {
    let photos = Set(jobs.map { Paths.resolved($0.input) })
    for file in jobs.flatMap(\.files) where photos.contains(Paths.resolved(file)) {
      throw CommandFailure("\(file): the result would replace a photo; choose another name or folder")
    }
  }

  /// PNG and JPEG files below `folder`, sorted, relative to it. Hidden files and links to folders are left out.
  /// - Throws: `CommandFailure` if there is none.
  static func photos(in folder: String) throws -> [String] {
    let found = try photos(in: folder, below: "")
    if found.isEmpty { throw CommandFailure("\(folder): no PNG or JPEG file in this folder") }
    return found
  }

  private static func photos(in folder: String, below prefix: String) throws -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(prefix)")
    } catch {
      throw CommandFailure("\(folder)/\(prefix): cannot list this folder: \(String(cString: strerror(errno)))")
    }
    var found: [String] = []
    for name in names.sorted() where !name.hasPrefix(".") {
      let path = "\(folder)/\(prefix)\(name)"
      if Paths.isFolder(path) {
        let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
        if !isLink { found += try photos(in: folder, below: "\(prefix)\(name)/") }
      } else if ["png", "jpg", "jpeg"].contains(Paths.fileExtension(name)), Paths.isRegularFile(path) {
        found.append(prefix + name)
      }
    }
    return found
  }
}
