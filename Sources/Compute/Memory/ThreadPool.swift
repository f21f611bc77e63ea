import Dispatch
import Synchronization

/// Runs the jobs of one operator on several threads.
///
/// Jobs are handed out one by one, so uneven ones balance. How an operator is cut into jobs never depends
/// on the number of threads, so neither do results.
public struct ThreadPool: Sendable {
  /// Threads that work at the same time, the caller's included.
  public let threads: Int

  public init(threads: Int) {
    precondition(threads > 0, "at least one thread is needed, not \(threads)")
    self.threads = threads
  }

  /// Calls `body(job, worker)` once for every job in `0..<jobs` and returns when all are done.
  ///
  /// `worker` is in `0..<threads` and no two calls with the same worker run at the same time: it can index
  /// scratch memory.
  package func run(_ jobs: Int, _ body: (_ job: Int, _ worker: Int) -> Void) {
    let workers = min(threads, jobs)
    guard workers > 1 else {
      for job in 0..<jobs { body(job, 0) }
      return
    }
    let next = Atomic(0)
    nonisolated(unsafe) let body = body  // Called by several threads, but only until concurrentPerform returns.
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      while true {
        let job = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard job < jobs else { return }
        body(job, worker)
      }
    }
  }
}
