internal import U2NetFiles

/// Decides what becomes of photos that come one by one, as `PhotoPlan` does for those that are all there.
package struct WatchPlan {
  package enum Step {
    case job(PhotoJob)
    /// All results are there.
    case skipped(PhotoJob)
    case refused(String)
    /// No photo, but the result of another one.
    case result
  }

  private let destinations: [Destination]
  private let existing: ExistingFiles
  private var makers = ResultMakers()
  /// All photos, links followed.
  private var photos: Set<FilePath> = []
  /// Results, links followed, and whose they are.
  private var owners: [FilePath: FilePath] = [:]
  /// Photos whose results this has planned: they are made anew when the photo is another one.
  private var planned: Set<FilePath> = []

  package init(_ destinations: [Destination], existing: ExistingFiles?) {
    self.destinations = destinations
    self.existing = existing ?? .error
  }

  /// There is such a file: its results are not photos, whenever they are seen.
  package mutating func see(_ photo: Photo) {
    makers.add(photo, destinations)
    photos.insert(photo.path.resolved)
  }

  package mutating func plan(_ photo: Photo) -> Step {
    see(photo)
    if owners[photo.path.resolved] != nil || makers.maker(of: photo, destinations) != nil { return .result }
    var job = PhotoJob(photo, destinations)
    if existing == .rename {
      var taken = Set(owners.keys)
      job.number(avoiding: &taken, reserved: [])
    } else if let reason = obstacle(to: job) {
      return .refused(reason)
    }
    if !planned.contains(photo.path), existing == .skip, job.isDone { return .skipped(job) }
    planned.insert(photo.path)
    for file in job.files { owners[file.resolved] = photo.path }
    return .job(job)
  }

  private func obstacle(to job: PhotoJob) -> String? {
    for file in job.files where !file.isSpecial {
      let resolved = file.resolved
      if photos.contains(resolved), owners[resolved] == nil {
        let maker = makers.maker(of: Photo(path: file, stem: file), [])
        if maker == nil || maker!.keepsName && existing == .overwrite { return PhotoPlan.replacement(job.photo, file) }
      }
      if let owner = owners[resolved], owner != job.photo.path, owner.exists {
        return PhotoPlan.collision(job.photo, file, "\(owner)")
      }
      if existing == .error, file.exists, !planned.contains(job.photo.path) {
        return "\(job.photo.source): its result \(file) exists already; --existing skip, overwrite or rename"
      }
    }
    return nil
  }
}
