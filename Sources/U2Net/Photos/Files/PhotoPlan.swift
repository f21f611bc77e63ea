package import U2NetFiles

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
  /// Those that would be skipped, but what is there is another result. They are among the refused ones, too.
  package private(set) var occupied: [Refusal] = []
  /// Files among the photos that are results, as their marks say.
  package private(set) var earlierResults: [Photo] = []
  /// Files among the photos that have no mark, but are called like results of other photos there and look like them.
  package private(set) var likelyResults: [Photo] = []

  /// - Parameters:
  ///   - photos: all that there are, be they wanted or not: none of them is replaced.
  ///   - existing: nil: a file that is named for one photo is overwritten, results in folders must not exist.
  ///   - isWanted: whether a photo is to be done.
  /// - Throws: if two results of each photo would have one name, or results exist that must not.
  package init(
    _ photos: [Photo], _ destinations: [Destination], existing: ExistingFiles?,
    isWanted: (Photo) -> Bool = { _ in true }
  ) throws(PipelineError) {
    let areNamed = destinations.allSatisfy { $0.folder == nil }
    let existing = existing ?? (areNamed ? .overwrite : .error)
    let earlier = EarlierResults(among: photos, of: destinations)
    for photo in photos where earlier.contains(photo) && isWanted(photo) {
      if earlier.likely.contains(photo.path) { likelyResults.append(photo) } else { earlierResults.append(photo) }
    }
    let all = photos.filter { !earlier.contains($0) }.map { PhotoJob($0, destinations, existing: existing) }
    jobs = all
    if let first = jobs.first { try Self.refuseTwins(first) }
    if existing == .rename {
      let reserved = Set(jobs.flatMap(\.files).map(\.resolved))
      var taken: Set<FilePath> = []
      for index in jobs.indices { jobs[index].number(avoiding: &taken, reserved: reserved) }
    }
    jobs.removeAll { !isWanted($0.photo) }
    guard existing != .rename else { return }

    let places = Places(all)
    if existing == .skip { skipNumbered(places) }
    refuseReplacements(places, destinations, existing)
    refuseCollisions(places, existing)
    switch existing {
    case .overwrite, .rename: break
    case .skip:
      let before = refused.count
      refuse(\.otherResult)
      occupied = Array(refused[before...])
      skipped += jobs.filter(\.isDone)
      jobs.removeAll(where: \.isDone)
    case .error:
      let there = jobs.flatMap(\.files).filter { $0.exists && !$0.isSpecial }
      guard let first = there.first else { break }
      throw PipelineError(
        "\(first): exists already"
          + (there.count > 1 ? ", and so do \(there.count - 1) more results" : "")
          + "; choose another folder, or --existing skip, overwrite or rename")
    }
  }

  /// What is said of those.
  package static let likelyResult = "called like the result of another photo there, and not taken for a photo"

  /// Where photos lie and results go, links followed.
  private struct Places {
    private(set) var photos: Set<FilePath> = []
    private(set) var folders: Set<FilePath> = []
    private(set) var owners: [FilePath: [Photo]] = [:]

    init(_ jobs: [PhotoJob]) {
      for job in jobs {
        let path = job.photo.path.resolved
        photos.insert(path)
        if job.photo.path != .standardStream { folders.insert(FilePath(bytes: path.folder)) }
        for file in job.files where !file.isSpecial { owners[file.resolved, default: []].append(job.photo) }
      }
    }

    /// Other photos that have, or with a number could have, a result of this name.
    func rivals(of photo: Photo, _ file: FilePath) -> [Photo] {
      let path = file.resolved
      return [path, path.withoutNumber].compactMap { $0 }.flatMap { owners[$0, default: []] }.filter { $0 != photo }
    }

    /// Whether a result may not have its name: it is a photo's, or another result's.
    func areContested(_ job: PhotoJob) -> Bool {
      job.files.contains { photos.contains($0.resolved) || !rivals(of: job.photo, $0).isEmpty }
    }
  }

  /// Takes those out whose results would replace a file that is in use, or another name of a photo.
  package mutating func refuse(
    replacing files: FilesInUse, companions: [(pictures: CompanionPictures, role: String)] = []
  ) {
    var files = files
    for job in jobs + skipped { files.add(job.photo, companions: companions) }
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

  /// Photos that an earlier run could only give numbered results.
  private mutating func skipNumbered(_ places: Places) {
    var numbered = NumberedResults()
    jobs.removeAll { job in
      guard places.areContested(job), let done = numbered.results(of: job) else { return false }
      skipped.append(done)
      return true
    }
  }

  private mutating func refuseReplacements(
    _ places: Places, _ destinations: [Destination], _ existing: ExistingFiles
  ) {
    var makers: ResultMakers?
    refuse { job in
      for (result, destination) in zip(job.results, destinations) {
        guard result.path != .standardStream, !result.path.isSpecial else { continue }
        let path = result.path.resolved
        // Another photo in a result's place is what exists already, if that is asked about.
        if existing == .error ? path == job.photo.path.resolved : places.photos.contains(path) {
          return Self.replacement(job.photo, result.path)
        }
        guard existing != .error, destination.folder != nil, places.folders.contains(FilePath(bytes: path.folder))
        else {
          continue
        }
        makers = makers ?? ResultMakers(destinations)
        if Occupants(makers!, existing).mayBePhoto(result.path, destination, of: job.photo) {
          return Self.replacement(job.photo, result.path)
        }
      }
      return nil
    }
  }

  static func replacement(_ photo: Photo, _ file: FilePath) -> String {
    "\(photo.source): its result \(file) would replace a photo, or a result without u2net's mark that lies among the photos;"
      + " choose another name or folder"
  }

  private mutating func refuseCollisions(_ places: Places, _ existing: ExistingFiles) {
    refuse { job in
      for file in job.files where !file.isSpecial {
        if let other = places.owners[file.resolved]?.first(where: { $0 != job.photo }) {
          return Self.collision(job.photo, file, other.source)
        }
        // What is there may be the numbered result of another photo, which does not make this one done.
        guard existing == .skip, let other = Self.maker(of: file, places.rivals(of: job.photo, file)) else { continue }
        return Self.collision(job.photo, file, other.source)
      }
      return nil
    }
  }

  /// Which of the photos a file says it is the result of.
  static func maker(of file: FilePath, _ photos: [Photo]) -> Photo? {
    guard !photos.isEmpty, let mark = ResultMark(file: file) else { return nil }
    return photos.first { PhotoDigest(file: $0.path) == mark.photo }
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
