import Dispatch
import Files
import Synchronization

/// Many photos, some at a time: what has failed is remembered, told and does not stop the rest.
final class Batch: Sendable {
  private let workers: Int
  private let progress: Progress
  private let manifest: Manifest?
  private let failures = Mutex<[String]>([])
  private let done = Atomic<Int>(0)

  init(workers: Int, progress: Progress, manifest: Manifest?) {
    self.workers = workers
    self.progress = progress
    self.manifest = manifest
  }

  /// Calls `work` for every job, on `workers` threads, in order, until all are done or somebody wants it to stop.
  func run(_ jobs: [PhotoJob], _ work: @Sendable (PhotoJob) -> PhotoReport) throws(CommandFailure) {
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(workers, jobs.count)) { _ in
      while Interruption.requested == nil {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < jobs.count else { return }
        record(work(jobs[index]))
      }
    }
  }

  private func record(_ report: PhotoReport) {
    var problem = report.error
    do { try manifest?.append(report) } catch { problem = problem ?? "\(error)" }
    if let problem {
      failures.withLock { $0.append(problem) }
      progress.note(problem)
    }
    done.add(1, ordering: .relaxed)
    progress.advance(failed: problem != nil)
  }

  /// Something that could not be looked into.
  func record(problem: String) {
    failures.withLock { $0.append(problem) }
    progress.note(problem)
  }

  /// Throws what there is to say at the end.
  /// - Parameters:
  ///   - total: photos that there were.
  ///   - wasWatching: whether to be stopped is the usual end.
  func finish(total: Int, wasWatching: Bool) throws(CommandFailure) {
    progress.finish()
    let failed = failures.withLock(\.count), finished = done.load(ordering: .relaxed)
    if let signal = Interruption.requested, !wasWatching {
      throw CommandFailure(
        "stopped: \(finished - failed) of \(total) photos are done; the same command with --existing skip goes on",
        exitCode: Interruption.exitCode(signal))
    }
    if failed > 0 { throw CommandFailure("\(failed) of \(max(total, finished)) photos failed") }
  }
}
