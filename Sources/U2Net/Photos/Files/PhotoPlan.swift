internal import U2NetFiles

/// Which photos are done, with which results, and which are not, and why: decided before any work.
package struct PhotoPlan: Sendable {
  /// A photo that is not done, and why not.
  package struct Refusal: Sendable {
    package let photo: Photo
    package let reason: String
  }

  /// In the order of the photos, as are the others.
  package private(set) var jobs: [PhotoJob] = []
  /// Those whose results are all there.
  package private(set) var skipped: [PhotoJob] = []
  /// Those whose results would replace another's, or a photo. The others are done all the same.
  package private(set) var refused: [Refusal] = []
  /// Files among the photos that are results of other photos there.
  package private(set) var earlierResults: [Photo] = []

  /// - Parameter existing: nil: a file that is named for one photo is overwritten, results in folders must not exist.
  /// - Throws: if two results of each photo would have one name, or results exist that must not.
  package init(
    _ photos: [Photo], _ destinations: [Destination], existing: ExistingFiles?
  ) throws(PipelineError) {
    let areNamed = destinations.allSatisfy { $0.folder == nil }
    let existing = existing ?? (areNamed ? .overwrite : .error)
    let earlier = EarlierResults(among: photos, of: destinations)
    earlierResults = photos.filter(earlier.contains)
    jobs = photos.filter { !earlier.contains($0) }.map { PhotoJob($0, destinations) }
    if let first = jobs.first { try Self.refuseTwins(first) }
    if existing != .rename {
      refuseReplacements(
        of: Set(jobs.map(\.photo.path.resolved)).union(existing == .overwrite ? earlier.ambiguous : []))
      refuseCollisions()
    }
    switch existing {
    case .overwrite: break
    case .skip:
      skipped = jobs.filter(\.isDone)
      jobs.removeAll(where: \.isDone)
    case .rename:
      let reserved = Set(jobs.flatMap(\.files).map(\.resolved))
      var taken: Set<FilePath> = []
      for index in jobs.indices { jobs[index].number(avoiding: &taken, reserved: reserved) }
    case .error:
      let there = jobs.flatMap(\.files).filter { $0.exists && !$0.isSpecial }
      guard let first = there.first else { break }
      throw PipelineError(
        "\(first): exists already"
          + (there.count > 1 ? ", and so do \(there.count - 1) more results" : "")
          + "; choose another folder, or --existing skip, overwrite or rename")
    }
  }

  /// Takes those out whose results would replace a file that is in use, or another name of a photo.
  package mutating func refuse(replacing files: FilesInUse) {
    var files = files
    for job in jobs + skipped { files.add(job.photo) }
    refuse(files.obstacle)
    // What lies there is no result.
    skipped.removeAll { job in
      guard let reason = files.obstacle(to: job) else { return false }
      refused.append(Refusal(photo: job.photo, reason: reason))
      return true
    }
  }

  /// No photo can have two results in one file, whatever it is called.
  package static func refuseTwins(of destinations: [Destination]) throws(PipelineError) {
    try refuseTwins(PhotoJob(Photo(path: "photo", stem: "photo"), destinations))
  }

  /// No photo can have two results in one file.
  static func refuseTwins(_ job: PhotoJob) throws(PipelineError) {
    var kinds: [FilePath: ResultKind] = [:]
    for result in job.results where !result.path.isSpecial || result.path == .standardStream {
      guard let other = kinds.updateValue(result.kind, forKey: result.path.resolved) else { continue }
      throw PipelineError(
        usage: "\(result.path): both the \(other) and the \(result.kind) would go there; name two places")
    }
  }

  private mutating func refuseReplacements(of files: Set<FilePath>) {
    refuse { job in
      job.files.first { !$0.isSpecial && files.contains($0.resolved) }.map { Self.replacement(job.photo, $0) }
    }
  }

  static func replacement(_ photo: Photo, _ file: FilePath) -> String {
    "\(photo.source): its result \(file) would replace a photo, or an earlier result that lies among the photos;"
      + " choose another name or folder"
  }

  private mutating func refuseCollisions() {
    var owners: [FilePath: [Photo]] = [:]
    for job in jobs {
      for file in job.files where !file.isSpecial { owners[file.resolved, default: []].append(job.photo) }
    }
    refuse { job in
      for file in job.files where !file.isSpecial {
        guard let others = owners[file.resolved], others.count > 1, let other = others.first(where: { $0 != job.photo })
        else { continue }
        return Self.collision(job.photo, file, other.source)
      }
      return nil
    }
  }

  static func collision(_ photo: Photo, _ file: FilePath, _ other: String) -> String {
    "\(photo.source): its result \(file) would replace that of \(other); --existing rename numbers them"
  }

  /// Takes those for which there is a reason out of the jobs.
  private mutating func refuse(_ reason: (PhotoJob) -> String?) {
    jobs.removeAll { job in
      guard let reason = reason(job) else { return false }
      refused.append(Refusal(photo: job.photo, reason: reason))
      return true
    }
  }
}

/// Files in folders of photos that are results of other photos there: what earlier runs with the same destinations left.
struct EarlierResults {
  private var files: Set<FilePath> = []
  /// Those, links followed, that only their photo's name tells: mug.png beside mug.jpg may be another photo after all.
  private(set) var ambiguous: Set<FilePath> = []

  func contains(_ photo: Photo) -> Bool { files.contains(photo.path) }

  init(among photos: [Photo], of destinations: [Destination]) {
    let outputs = destinations.compactMap { $0.folder?.resolved.bytes }
    let suspects = photos.filter { photo in
      guard !photo.isNamed else { return false }
      let path = photo.path.resolved.bytes
      return outputs.contains { path.starts(with: $0) && path.count > $0.count }
    }
    guard !suspects.isEmpty else { return }
    var makers = ResultMakers()
    for photo in photos { makers.add(photo, destinations) }
    for suspect in suspects {
      guard let maker = makers.maker(of: suspect, destinations) else { continue }
      files.insert(suspect.path)
      if maker.keepsName { ambiguous.insert(suspect.path.resolved) }
    }
  }
}

/// Which photo a file would be the result of.
struct ResultMakers {
  private var makers: [FilePath: (photo: Photo, keepsName: Bool)] = [:]

  mutating func add(_ photo: Photo, _ destinations: [Destination]) {
    let path = photo.path.resolved
    for destination in destinations where destination.folder != nil {
      let result = destination.path(for: photo).resolved
      if result != path, makers[result] == nil { makers[result] = (photo, destination.keepsNames) }
    }
  }

  /// The photo that `file` is the result of, with a number or without; nil also if each is the other's.
  func maker(of file: Photo, _ destinations: [Destination]) -> (photo: Photo, keepsName: Bool)? {
    let path = file.path.resolved
    for name in [path, path.withoutNumber].compactMap({ $0 }) {
      guard let maker = makers[name], maker.photo.path != file.path else { continue }
      let source = maker.photo.path.resolved
      if destinations.contains(where: { $0.folder != nil && $0.path(for: file).resolved == source }) { continue }
      return maker
    }
    return nil
  }
}
