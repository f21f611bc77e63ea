import Files
import U2Net

/// One photo and the files that its results go to.
struct PhotoJob {
  struct Result: Hashable {
    let kind: ResultKind
    /// "-" for standard output.
    let path: FilePath
  }

  let photo: Photo
  var results: [Result]

  /// The files that will be written.
  var files: [FilePath] { results.map(\.path).filter { $0 != .standardStream } }

  func makeFolders() throws(CommandFailure) { for file in files { try file.makeFolder() } }
}

/// What can be made of a photo.
enum ResultKind: Hashable {
  case mask
  /// The object on transparency.
  case cutout
  /// The object on a background.
  case composite
  /// A map of the network as it is.
  case map(Saliency.Map)
}

/// Where results of one kind go.
struct Destination {
  let kind: ResultKind
  let place: Place

  enum Place {
    case file(FilePath)
    /// Below a folder, in the tree of the photos; prefix and suffix go around the photo's name without its extension.
    case folder(FilePath, prefix: String, suffix: String)
  }

  /// The folder, for several results.
  var folder: FilePath? {
    if case .folder(let folder, _, _) = place { folder } else { nil }
  }

  /// Of one photo to a file, unless `path` is a folder; of several to a folder.
  /// - Parameter fileExtension: of files in a folder.
  init(_ kind: ResultKind, _ path: FilePath, several: Bool, fileExtension: String) throws(CommandFailure) {
    self.kind = kind
    if path.endsInSeparator || path.isFolder {
      place = .folder(path, prefix: "", suffix: "." + fileExtension)
    } else if several {
      guard path != .standardStream else {
        throw CommandFailure("several results cannot go to standard output: name a folder")
      }
      guard !path.exists else { throw CommandFailure("\(path): several results need a folder, this is a file") }
      place = .folder(path, prefix: "", suffix: "." + fileExtension)
    } else {
      place = .file(path)
    }
  }

  init(_ kind: ResultKind, folder: FilePath, prefix: String = "", suffix: String) {
    self.kind = kind
    place = .folder(folder, prefix: prefix, suffix: suffix)
  }

  func path(for photo: Photo) -> FilePath {
    switch place {
    case .file(let path): path
    case .folder(let folder, let prefix, let suffix):
      folder.appending(photo.stem.folder + prefix.utf8 + photo.stem.name) + suffix
    }
  }
}

/// What to do with files that are already where results should go.
enum ExistingFiles: String, CaseIterable {
  case error, skip, overwrite, rename
}

extension PhotoJob {
  /// Pairs photos with results.
  /// - Parameter existing: nil: a file that is named for one photo is overwritten, results in folders must not exist.
  /// - Throws: `CommandFailure` before any work is done: two results of the same name, a result that would replace a photo,
  ///   results that exist.
  static func plan(
    _ photos: [Photo], _ destinations: [Destination], existing: ExistingFiles?
  ) throws(CommandFailure) -> (jobs: [PhotoJob], skipped: [PhotoJob]) {
    var jobs = photos.map { photo in
      PhotoJob(
        photo: photo, results: destinations.map { Result(kind: $0.kind, path: $0.path(for: photo)) })
    }
    try refuseCollisions(jobs)
    let photoFiles = Set(photos.map(\.path.resolved))
    for file in jobs.lazy.flatMap(\.files) where photoFiles.contains(file.resolved) {
      throw CommandFailure("\(file): the result would replace a photo; choose another name or folder")
    }

    let areNamed = destinations.allSatisfy { $0.folder == nil }
    switch existing ?? (areNamed ? .overwrite : .error) {
    case .overwrite: return (jobs, [])
    case .skip:
      let isDone = { (job: PhotoJob) in !job.files.isEmpty && job.files.allSatisfy(\.exists) }
      return (jobs.filter { !isDone($0) }, jobs.filter(isDone))
    case .rename:
      var taken = Set(jobs.flatMap(\.files))
      for index in jobs.indices { jobs[index].avoid(&taken) }
      return (jobs, [])
    case .error:
      let there = jobs.flatMap(\.files).filter { $0.exists && !$0.isSpecial }
      guard let first = there.first else { return (jobs, []) }
      throw CommandFailure(
        "\(first): exists already"
          + (there.count > 1 ? ", and so do \(there.count - 1) more results" : "")
          + "; choose another folder, or --existing skip, overwrite or rename")
    }
  }

  /// Gives all results the same new number if one of them exists.
  private mutating func avoid(_ taken: inout Set<FilePath>) {
    guard files.contains(where: \.exists) else { return }
    var number = 1
    func renamed(_ path: FilePath) -> FilePath {
      path == .standardStream ? path : path.withoutExtension + "-\(number).\(path.fileExtension)"
    }
    while files.contains(where: { renamed($0).exists || taken.contains(renamed($0)) }) { number += 1 }
    results = results.map { Result(kind: $0.kind, path: renamed($0.path)) }
    taken.formUnion(files)
  }

  private static func refuseCollisions(_ jobs: [PhotoJob]) throws(CommandFailure) {
    var taken: [FilePath: Photo] = [:]
    for job in jobs {
      for file in job.files where !file.isSpecial {
        if let other = taken.updateValue(job.photo, forKey: file.resolved) {
          throw CommandFailure("\(job.photo.source): its result \(file) would replace that of \(other.source)")
        }
      }
    }
  }
}
