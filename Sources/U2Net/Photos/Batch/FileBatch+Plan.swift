internal import U2NetFiles

extension FileBatch {
  /// What a batch will do, decided before any photo is opened.
  public struct Plan: Sendable {
    let jobs: [PhotoJob], skipped: [PhotoJob]
    /// Hidden pictures.
    let passedOver: [PhotoReport]
    /// How many of the failed ones have another result in their result's place.
    let occupied: Int
    let likelyResults: [Photo]
    let failed: [PhotoReport]
    let manifest: FilePath?
    /// What could not be looked into.
    public let problems: [String]
    /// Whether there is nothing that could be a photo, and problems only.
    public let findsNothing: Bool

    /// Photos to be looked at, those among them that cannot be done.
    public var total: Int { jobs.count + failed.count }
    /// Whether one photo is all there is, so that all cores work on it.
    public var isOnePhoto: Bool { total == 1 && problems.isEmpty && skipped.isEmpty && likelyResults.isEmpty }

    /// Makes the files, as many photos at a time as memory has room for. A photo that fails is told and counted, and stops
    /// nothing. It takes all the time that needs.
    /// - Parameters:
    ///   - shouldStop: asked before each photo, by several threads; those that have begun are finished.
    ///   - onEvent: called by several threads.
    ///   - processor: makes what works on the photos; called once if there is any.
    /// - Throws: `PipelineError` if the manifest, or no result at all, can be written; what `processor` throws.
    public func run(
      shouldStop: @escaping @Sendable () -> Bool = { false }, onEvent: @escaping @Sendable (Event) -> Void = { _ in },
      with processor: (PhotoProcessor.Workload) throws -> PhotoProcessor
    ) throws -> Summary {
      let manifest = try openedManifest()
      let (jobs, unplaced) = try placed()
      if !isOnePhoto { AtomicFile.removeAbandoned(of: jobs.flatMap(\.files)) }
      let work = PhotoBatch(manifest: manifest, shouldStop: shouldStop, onEvent: onEvent)
      for job in skipped { try work.append(.skipped(job)) }
      for photo in likelyResults { try work.append(.passedOver(photo, PhotoPlan.likelyResult)) }
      for problem in problems { work.record(problem: problem) }
      for report in failed + unplaced { work.record(report) }
      if !jobs.isEmpty {
        let processor = try processor(isOnePhoto ? .onePhoto : .manyPhotos(atMost: jobs.count))
        work.run(jobs, workers: processor.photosAtOnce) { job in
          processor.report(
            job, willWrite: { if !job.files.isEmpty { onEvent(.writing) } }, remark: { onEvent(.remark($0)) })
        }
      }
      let counts = work.summary
      return Summary(
        done: counts.done, failed: counts.failed, skipped: skipped.count, occupied: occupied, total: total,
        problems: problems)
    }

    /// The manifest, with what is passed over in it.
    private func openedManifest() throws(PipelineError) -> Manifest? {
      let manifest = try manifest.map { path throws(PipelineError) in try Manifest(path) }
      for report in passedOver { try manifest?.append(report) }
      return manifest
    }

    /// Says in the manifest what was passed over, where nothing else will be done.
    package func recordPassedOver() throws(PipelineError) { if !passedOver.isEmpty { _ = try openedManifest() } }

    /// The jobs that have folders for their results; the others have failed.
    /// - Throws: where nothing can be written, for then no photo needs to be looked at.
    private func placed() throws(PipelineError) -> (jobs: [PhotoJob], failed: [PhotoReport]) {
      var placed: [PhotoJob] = [], failed: [PhotoReport] = [], first: PipelineError?
      for job in jobs {
        do {
          try job.makeFolders()
          placed.append(job)
        } catch {
          first = first ?? error
          failed.append(PhotoReport(failed: job.photo, "\(job.photo.source): \(error)"))
        }
      }
      if let first, placed.isEmpty { throw first }
      return (placed, failed)
    }
  }

  /// Which photos there are, and which of them are done with which results.
  /// - Parameter onEvent: told at once what the user should know of files that are passed over.
  /// - Throws: `PipelineError` where results exist that must not, or two would go to one place.
  public func plan(onEvent: (Event) -> Void = { _ in }) throws(PipelineError) -> Plan {
    let destinations = try destinations, inUse = try filesInUse()
    try checkPlaces()
    var search = PhotoSearch(include: include, exclude: exclude, outputs: destinations.compactMap(\.folder))
    for name in named.arguments { search.add(name) }
    named.addList(to: &search)
    for remark in search.remarks { onEvent(.remark(remark)) }
    let mayBePhotos = search.photos.contains { $0.isNamed || $0.mark == nil }
    let findsNothing = !mayBePhotos && search.unreadable.isEmpty && !search.problems.isEmpty
    var plan = try PhotoPlan(
      findsNothing ? [] : search.photos, destinations, existing: replacesNamedFile ? nil : existing, isWanted: isWanted)
    plan.refuse(replacing: inUse, companions: companions)
    tellEarlierResults(plan, onEvent)
    let failed =
      search.unreadable.filter { isWanted($0.photo) }.map { PhotoReport(failed: $0.photo, $0.reason) }
      + plan.refused.map { PhotoReport(failed: $0.photo, $0.reason) }
    let whole = Plan(
      jobs: plan.jobs, skipped: plan.skipped,
      passedOver: search.hidden.filter { isWanted($0.photo) }.map { .passedOver($0.photo, $0.remark) },
      occupied: plan.occupied.count, likelyResults: plan.likelyResults, failed: failed, manifest: manifestFile,
      problems: search.problems, findsNothing: findsNothing)
    if whole.total == 0, whole.skipped.isEmpty, !findsNothing {
      onEvent(.remark("\(named.names.joined(separator: ", ")): no photos: nothing to do"))
    }
    return whole
  }

  private func tellEarlierResults(_ plan: PhotoPlan, _ onEvent: (Event) -> Void) {
    // Names may err: this is no mere remark.
    if let first = plan.likelyResults.first {
      let more = plan.likelyResults.count - 1
      onEvent(.problem("\(first.source): \(PhotoPlan.likelyResult)" + (more > 0 ? "; and \(more) more" : "")))
    }
    guard let first = plan.earlierResults.first else { return }
    let count = plan.earlierResults.count
    onEvent(
      .remark(
        count == 1
          ? "\(first.source): a result of u2net's, not taken for a photo"
          : "\(first.source) and \(count - 1) more: results of u2net's, not taken for photos"))
  }
}
