import Synchronization
import U2NetPlatform

/// Many photos from files to files, some at a time: what has failed is counted, told and does not stop the rest.
final class PhotoBatch: Sendable {
  /// What has become of all.
  struct Summary: Equatable, Sendable {
    /// Photos that have been looked at, those that failed among them.
    var done = 0, failed = 0
    /// What could not be looked into.
    var problems = 0
  }

  private let manifest: Manifest?
  private let shouldStop: @Sendable () -> Bool
  private let onEvent: @Sendable (FileBatch.Event) -> Void
  private let counts = Mutex(Summary())

  /// - Parameters:
  ///   - shouldStop: asked before each photo; those that have begun are finished.
  ///   - onEvent: called by several threads.
  init(
    manifest: Manifest?, shouldStop: @escaping @Sendable () -> Bool,
    onEvent: @escaping @Sendable (FileBatch.Event) -> Void
  ) {
    self.manifest = manifest
    self.shouldStop = shouldStop
    self.onEvent = onEvent
  }

  var summary: Summary { counts.withLock { $0 } }

  /// Calls `work` for every job, on `workers` threads, in order, until all are done or somebody wants it to stop.
  func run(_ jobs: [PhotoJob], workers: Int, _ work: @Sendable (PhotoJob) -> PhotoReport) {
    concurrently(jobs.count, atMost: workers) { if !shouldStop() { record(work(jobs[$0])) } }
  }

  /// A line for the manifest alone.
  func append(_ report: PhotoReport) throws(PipelineError) { try manifest?.append(report) }

  /// What became of a photo is told, and written to the manifest.
  /// - Returns: whether that is a success.
  @discardableResult func record(_ report: PhotoReport) -> Bool {
    var problem = report.error
    do { try manifest?.append(report) } catch { problem = problem ?? "\(error)" }
    counts.withLock { counts in
      counts.done += 1
      if problem != nil { counts.failed += 1 }
    }
    onEvent(.done(report, problem: problem))
    return problem == nil
  }

  /// Something that could not be looked into.
  func record(problem: String) {
    counts.withLock { $0.problems += 1 }
    onEvent(.problem(problem))
  }
}
