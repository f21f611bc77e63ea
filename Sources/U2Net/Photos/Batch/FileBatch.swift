import Dispatch
import Synchronization
internal import U2NetFiles

/// Photos in files and folders, and where the files of their results go.
///
///     var batch = FileBatch(["photos/"], into: "shop/", results: [.mask, .cutout(as: .webP)])
///     batch.existing = .skip
///     batch.manifest = "shop/manifest.jsonl"
///     let summary = try await processor.process(batch) { print("\($0.done) of \($0.total)") }
///
/// Trees of folders are kept. With one result photos/red/mug.jpg becomes shop/red/mug.png, with several shop/red/mug-mask.png
/// and shop/red/mug-cutout.webp. No result replaces a photo or another photo's result, and files appear whole or not at all.
public struct FileBatch: Sendable {
  /// Files, and folders that are searched for JPEG, PNG and WebP files.
  public var inputs: [String]
  /// The folder for results; made where it is missing.
  public var folder: String
  /// What is made of each photo; the names of requests are not looked at.
  public var results: [PhotoResult.Request]
  /// Shell patterns for names below a folder: those that are taken, all if there are none, and those that are left out.
  public var include: [String] = [], exclude: [String] = []
  /// By default nothing is done at all if a result is already there.
  public var existing = ExistingFiles.error
  /// A file that gets a line of JSON for each photo; see `Manifest`.
  public var manifest: String?

  /// Results of these files and folders, into `folder`.
  /// - Precondition: at least one result.
  public init(_ inputs: [String], into folder: String, results: [PhotoResult.Request]) {
    precondition(!results.isEmpty, "a batch without results")
    (self.inputs, self.folder, self.results) = (inputs, folder, results)
  }

  /// How far it is, after a photo.
  public struct Progress: Sendable {
    /// Photos that have been done, those that failed among them, and how many there are in all.
    public let done, failed, total: Int
    /// What became of the photo.
    public let report: PhotoReport
  }

  /// What has become of all photos.
  public struct Summary: Equatable, Sendable {
    /// Photos that have been looked at, and those of them that failed.
    public let done, failed: Int
    /// Those whose results were there.
    public let skipped: Int
    /// What could not be looked into, so that nobody knows how many photos are missing.
    public let problems: [String]

    /// Counts of photos; see the properties.
    public init(done: Int, failed: Int, skipped: Int, problems: [String]) {
      (self.done, self.failed, self.skipped, self.problems) = (done, failed, skipped, problems)
    }
  }

  private var destinations: [Destination] {
    get throws(PipelineError) {
      try results.map { request throws(PipelineError) in
        let suffix = (results.count == 1 ? "" : "-\(request.kind.suffix)") + "." + request.format.fileExtension
        return try Destination(request.kind, folder: FilePath(folder), suffix: suffix, format: request.format)
      }
    }
  }

  /// Which photos there are, and which of them are done with which results.
  fileprivate func plan() throws(PipelineError) -> (plan: PhotoPlan, failed: [PhotoReport], search: PhotoSearch) {
    let destinations = try destinations
    var search = PhotoSearch(include: include, exclude: exclude, outputs: [FilePath(folder)])
    for input in inputs { search.add(FilePath(input)) }
    let plan = try PhotoPlan(search.photos, destinations, existing: existing)
    let failed =
      search.unreadable.map { PhotoReport(failed: $0.photo, $0.reason) }
      + plan.refused.map { PhotoReport(failed: $0.photo, $0.reason) }
    return (plan, failed, search)
  }
}

extension ResultKind {
  /// What files of this kind are called among several.
  fileprivate var suffix: String {
    switch self {
    case .mask: "mask"
    case .cutout: "cutout"
    case .composite: "composite"
    case .map(let map): "\(map)"
    }
  }
}

extension PhotoProcessor {
  /// Makes the files of a batch, as many photos at a time as memory has room for. A photo that fails is told and counted, and
  /// stops nothing. When the task is cancelled, the photos that have begun are finished; run again with `.skip`, the batch goes
  /// on where it was.
  /// - Parameters:
  ///   - batch: photos, results and where they go.
  ///   - progress: called after each photo, by one thread at a time.
  /// - Throws: before any photo is opened `SettingsError`, and `PipelineError` where results exist that must not, or the
  ///   manifest cannot be written; `CancellationError`.
  @discardableResult
  public func process(
    _ batch: FileBatch, progress: @escaping @Sendable (FileBatch.Progress) -> Void = { _ in }
  ) async throws -> FileBatch.Summary {
    try settings.validate(for: batch.results)
    let isCancelled = Cancellation()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        // On a thread of its own, for Swift's are not to wait.
        DispatchQueue.global().async {
          continuation.resume(with: Result { try self.run(batch, isCancelled, progress) })
        }
      }
    } onCancel: {
      isCancelled.flag.store(true, ordering: .relaxed)
    }
  }

  private final class Cancellation: Sendable { let flag = Atomic<Bool>(false) }

  private func run(
    _ batch: FileBatch, _ isCancelled: Cancellation, _ progress: @escaping @Sendable (FileBatch.Progress) -> Void
  ) throws -> FileBatch.Summary {
    var (plan, failed, search) = try batch.plan()
    let manifest = try batch.manifest.map { path throws(PipelineError) in
      try FilePath(path).makeFolder()
      return try Manifest(path: path)
    }
    var jobs: [PhotoJob] = []
    for job in plan.jobs {
      do {
        try job.makeFolders()
        jobs.append(job)
      } catch { failed.append(PhotoReport(failed: job.photo, "\(job.photo.source): \(error)")) }
    }
    let total = jobs.count + failed.count, counts = Mutex((done: 0, failed: 0))
    let work = PhotoBatch(manifest: manifest, shouldStop: { isCancelled.flag.load(ordering: .relaxed) }) { event in
      guard case .done(let report, let problem) = event else { return }
      counts.withLock { counts in
        counts.done += 1
        counts.failed += problem == nil ? 0 : 1
        progress(FileBatch.Progress(done: counts.done, failed: counts.failed, total: total, report: report))
      }
    }
    for hidden in search.hidden { try work.append(.passedOver(hidden.photo, hidden.remark)) }
    for job in plan.skipped { try work.append(.skipped(job)) }
    for report in failed { work.record(report) }
    work.run(jobs, workers: photosAtOnce) { report($0, remark: { _ in }) }
    let summary = work.summary
    guard summary.done == total else { throw CancellationError() }
    return FileBatch.Summary(
      done: summary.done, failed: summary.failed, skipped: plan.skipped.count, problems: search.problems)
  }
}
