import Dispatch
import Synchronization
internal import U2NetFiles

extension PhotoProcessor {
  /// Makes the files of a batch, as many photos at a time as memory has room for. A photo that fails is told and counted, and
  /// stops nothing. When the task is cancelled, the photos that have begun are finished; run again with `.skip`, the batch goes
  /// on where it was.
  /// - Parameters:
  ///   - batch: the photos, and where results go.
  ///   - progress: called after each photo, by one thread at a time.
  /// - Returns: what has become of all photos.
  /// - Throws: before any photo is opened `SettingsError`, and `PipelineError` where results exist that must not, or the
  ///   manifest, or no result at all, can be written; `CancellationError`.
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
    var batch = batch
    batch.companions = settings.mask.companions
    let plan = try batch.plan(), counts = Mutex((done: 0, failed: 0))
    try batch.manifestFile?.makeFolder()
    let summary = try plan.run(shouldStop: { isCancelled.flag.load(ordering: .relaxed) }) { event in
      guard case .done(let report, let problem) = event else { return }
      counts.withLock { counts in
        counts.done += 1
        counts.failed += problem == nil ? 0 : 1
        progress(FileBatch.Progress(done: counts.done, failed: counts.failed, total: plan.total, report: report))
      }
    } with: { _ in
      self
    }
    guard summary.done == plan.total else { throw CancellationError() }
    return summary
  }
}
