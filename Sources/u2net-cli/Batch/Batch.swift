import Dispatch
import Files
import PhotoPipeline
import Synchronization

/// Many photos, some at a time: what has failed is remembered, told and does not stop the rest.
final class Batch: Sendable {
  private let progress: Progress
  private let manifest: Manifest?
  private let failures = Mutex<[String]>([])
  /// What could not be looked into: no photos, so that nobody knows how many are missing.
  private let problems = Mutex<[String]>([])
  private let done = Atomic<Int>(0)

  init(progress: Progress, manifest: Manifest?) {
    self.progress = progress
    self.manifest = manifest
  }

  /// Calls `work` for every job, on `workers` threads, in order, until all are done or somebody wants it to stop.
  func run(_ jobs: [PhotoJob], workers: Int, _ work: @Sendable (PhotoJob) -> PhotoReport) {
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: min(workers, jobs.count)) { _ in
      while Interruption.requested == nil {
        let index = next.add(1, ordering: .relaxed).oldValue
        guard index < jobs.count else { return }
        record(work(jobs[index]))
      }
    }
  }

  /// A line for the manifest alone.
  func append(_ report: PhotoReport) throws { try manifest?.append(report) }

  /// What became of a photo is told, and written to the manifest.
  /// - Returns: whether that is a success.
  @discardableResult func record(_ report: PhotoReport) -> Bool {
    var problem = report.error
    do { try manifest?.append(report) } catch { problem = problem ?? "\(error)" }
    if let problem {
      failures.withLock { $0.append(problem) }
      progress.note(problem)
    }
    done.add(1, ordering: .relaxed)
    progress.advance(failed: problem != nil)
    return problem == nil
  }

  /// Something that could not be looked into.
  func record(problem: String) {
    problems.withLock { $0.append(problem) }
    progress.note(problem)
  }

  /// Throws what there is to say at the end.
  func finish(total: Int) throws(CommandFailure) {
    progress.finish()
    let failed = failures.withLock(\.count), finished = done.load(ordering: .relaxed)
    if let signal = Interruption.requested, finished < total {
      throw CommandFailure(
        "stopped: \(finished - failed) of \(total) photos are done; the same command with --existing skip goes on",
        exitCode: Interruption.exitCode(signal))
    }
    let unseen = problems.withLock(\.count)
    guard failed > 0 || unseen > 0 else { return }
    let parts = [
      failed > 0 || unseen == 0 ? "\(failed) of \(total) photos failed" : nil,
      unseen == 0 ? nil : unseen == 1 ? "1 folder could not be searched" : "\(unseen) folders could not be searched",
    ]
    throw CommandFailure(parts.compactMap { $0 }.joined(separator: ", "))
  }
}
