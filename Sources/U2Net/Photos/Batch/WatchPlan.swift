internal import U2NetFiles

/// Decides what becomes of photos that come one by one, as `PhotoPlan` does for those that are all there.
package struct WatchPlan {
  package enum Decision {
    case job(PhotoJob)
    /// All results are there.
    case skipped(PhotoJob)
    case refused(String)
    /// No photo, but the result of one: of one that was planned here, or of another.
    case result(isPlanned: Bool)
  }

  private let destinations: [Destination]
  private let existing: ExistingFiles
  private var makers: ResultMakers
  /// All photos and their folders, links followed.
  private var photos: Set<FilePath> = []
  private var folders: Set<FilePath> = []
  /// Results, links followed, and whose they are.
  private var owners: [FilePath: FilePath] = [:]
  /// Photos whose results this has planned: they are made anew when the photo is another one.
  private var planned: Set<FilePath> = []

  package init(_ destinations: [Destination], existing: ExistingFiles?) {
    self.destinations = destinations
    self.existing = existing ?? .error
    makers = ResultMakers(destinations)
  }

  /// There is such a file: its results are not photos, whenever they are seen.
  package mutating func see(_ photo: Photo) {
    guard photo.mark == nil else { return forget(photo) }
    makers.add(photo)
    let path = photo.path.resolved
    photos.insert(path)
    folders.insert(FilePath(bytes: path.folder))
  }

  /// What was seen before it was whole was no photo.
  private mutating func forget(_ photo: Photo) {
    makers.remove(photo)
    photos.remove(photo.path.resolved)
  }

  package mutating func plan(_ photo: Photo) -> Decision {
    let path = photo.path.resolved, isPlanned = owners[path] != nil
    // A picture without a mark has taken a result's place: it is somebody's own.
    let isReplaced = isPlanned && photo.mark == nil && PictureLook(photo.path) != nil
    if photo.mark != nil || isPlanned && !isReplaced {
      forget(photo)
      return .result(isPlanned: isPlanned)
    }
    if isReplaced { owners[path] = nil }
    see(photo)
    if makers.maker(of: photo.path) != nil { return .result(isPlanned: false) }
    return decision(photo)
  }

  private mutating func decision(_ photo: Photo) -> Decision {
    let isNew = !planned.contains(photo.path)
    // A photo that has changed gets its results anew.
    var job = PhotoJob(photo, destinations, existing: isNew || existing == .rename ? existing : .overwrite)
    if existing == .rename {
      var taken = Set(owners.keys)
      job.number(avoiding: &taken, reserved: [])
    } else {
      if isNew, existing == .skip, isContested(job) {
        var numbered = NumberedResults()
        if let done = numbered.results(of: job) { return .skipped(done) }
      }
      if let reason = obstacle(to: job) { return .refused(reason) }
      if isNew, existing == .skip, let reason = job.otherResult { return .refused(reason) }
      if isNew, existing == .skip, job.isDone { return .skipped(job) }
    }
    planned.insert(photo.path)
    for file in job.files { owners[file.resolved] = photo.path }
    return .job(job)
  }

  /// Other photos that have, or with a number could have, a result of this name.
  private func rivals(of photo: Photo, _ result: FilePath) -> [Photo] {
    [result, result.withoutNumber].compactMap { $0 }.flatMap { makers.photos(of: $0) }
      .filter { $0.path != photo.path && $0.path.exists }
  }

  private func isContested(_ job: PhotoJob) -> Bool {
    job.files.map(\.resolved).contains { photos.contains($0) || !rivals(of: job.photo, $0).isEmpty }
  }

  private func obstacle(to job: PhotoJob) -> String? {
    for (result, destination) in zip(job.results, destinations) where !result.path.isSpecial {
      let file = result.path, resolved = file.resolved, isTheirs = owners[resolved] == nil
      if isTheirs, photos.contains(resolved) {
        let maker = makers.maker(of: file)
        if maker == nil || maker!.destination.keepsNames && existing == .overwrite {
          return PhotoPlan.replacement(job.photo, file)
        }
      }
      if isTheirs, existing != .error, folders.contains(FilePath(bytes: resolved.folder)),
        Occupants(makers, existing).mayBePhoto(file, destination, of: job.photo)
      {
        return PhotoPlan.replacement(job.photo, file)
      }
      if let owner = owners[resolved], owner != job.photo.path, owner.exists {
        return PhotoPlan.collision(job.photo, file, "\(owner)")
      }
      // What an earlier run made of a photo that is called as this one is.
      if isTheirs, existing == .skip, let other = PhotoPlan.maker(of: file, rivals(of: job.photo, resolved)) {
        return PhotoPlan.collision(job.photo, file, other.source)
      }
      if existing == .error, file.exists, !planned.contains(job.photo.path) {
        return "\(job.photo.source): its result \(file) exists already; --existing skip, overwrite or rename"
      }
    }
    return nil
  }
}
