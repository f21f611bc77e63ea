import Synchronization
import U2NetPlatform

/// Runs the jobs of one phase on several threads.
///
/// Jobs are handed out one by one, so uneven ones balance. How an operator is cut into jobs never depends on the
/// number of threads, so neither do results. Who has nothing to do, a worker between two phases or a caller whose last jobs
/// are others', waits in a loop for some tens of microseconds, then sleeps.
///
/// A pool's threads end with its last owner. Detectors with the same number of threads own one pool together: `run` by a
/// second caller at the same time does its jobs on the caller's own thread, so callers on many threads never ask for more
/// cores than there are callers. In a forked child, where the pool's threads are not, the caller does all jobs alone.
public final class ThreadPool: Sendable {
  /// Threads that work at the same time, the caller's included.
  public let threads: Int
  private let crew = Crew()
  /// The process in which the threads are.
  private let home = getpid()

  /// Starts threads of its own.
  /// - Parameter threads: how many to start, ≥ 1; where the system has no more, there are fewer.
  public init(threads: Int) {
    precondition(threads > 0, "at least one thread is needed, not \(threads)")
    var started = 1
    while started < threads, crew.start(worker: started) { started += 1 }
    self.threads = started
  }

  deinit { if home == getpid() { crew.stop() } }

  private struct Shared { weak var pool: ThreadPool? }
  private static let pools = Mutex<[Int: Shared]>([:])

  /// The pool that everybody who wants `threads` threads owns together.
  public static func shared(threads: Int) -> ThreadPool {
    pools.withLock { pools in
      if let pool = pools[threads]?.pool, pool.home == getpid() { return pool }
      let pool = ThreadPool(threads: threads)
      pools[threads] = Shared(pool: pool)
      return pool
    }
  }

  /// Calls `body(job, worker)` once for every job in `0..<jobs` and returns when all are done.
  ///
  /// `worker` is in `0..<threads` and no two calls of one `run` with the same worker are made at the same time: it can
  /// index scratch memory.
  package func run(_ jobs: Int, _ body: @Sendable (_ job: Int, _ worker: Int) -> Void) {
    withoutActuallyEscaping(body) { run(Phase(jobs: jobs, body: $0)) }
  }

  /// Does all jobs of a phase, as `run(_:_:)`, but without an allocation.
  package func run(_ phase: Phase) {
    guard threads > 1, phase.jobs > 1, home == getpid(), crew.acquire() else {
      for job in 0..<phase.jobs { phase.body(job, 0) }
      return
    }
    if phase.jobs <= Crew.mostJobs {
      crew.run(phase.jobs, phase.body)
    } else {
      for first in stride(from: 0, to: phase.jobs, by: Crew.mostJobs) {
        crew.run(min(Crew.mostJobs, phase.jobs - first)) { phase.body(first + $0, $1) }
      }
    }
    crew.release()
  }
}
