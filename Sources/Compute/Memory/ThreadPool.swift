import U2NetCKernels
import Synchronization
import U2NetPlatform

/// Runs the jobs of one operator on several threads.
///
/// Jobs are handed out one by one, so uneven ones balance. How an operator is cut into jobs never depends on the
/// number of threads, so neither do results. Workers that ran out of jobs wait for the next operator in a loop for a
/// moment, then sleep.
///
/// Detectors with the same number of threads share one pool: `run` by a second caller at the same time does its
/// jobs on the caller's own thread, so callers on many threads never ask for more cores than there are callers.
public final class ThreadPool: Sendable {
  /// Threads that work at the same time, the caller's included.
  public let threads: Int
  private let state = State()

  /// - Parameter threads: how many to start, ≥ 1; where the system has no more, there are fewer.
  public init(threads: Int) {
    precondition(threads > 0, "at least one thread is needed, not \(threads)")
    var started = 1
    while started < threads, state.start(worker: started) { started += 1 }
    self.threads = started
  }

  deinit { state.stop() }

  private static let pools = Mutex<[Int: ThreadPool]>([:])

  /// The pool that everybody who wants `threads` threads shares.
  public static func shared(threads: Int) -> ThreadPool {
    pools.withLock { pools in
      if let pool = pools[threads] { return pool }
      let pool = ThreadPool(threads: threads)
      pools[threads] = pool
      return pool
    }
  }

  /// Calls `body(job, worker)` once for every job in `0..<jobs` and returns when all are done.
  ///
  /// `worker` is in `0..<threads` and no two calls of one `run` with the same worker are made at the same time: it can
  /// index scratch memory.
  package func run(_ jobs: Int, _ body: (_ job: Int, _ worker: Int) -> Void) {
    withoutActuallyEscaping(body) { run(Phase(jobs: jobs, body: $0)) }
  }

  /// Does all jobs of a phase, as `run(_:_:)`, but without an allocation.
  package func run(_ phase: Phase) {
    guard threads > 1, phase.jobs > 1, state.acquire() else {
      for job in 0..<phase.jobs { phase.body(job, 0) }
      return
    }
    if phase.jobs <= State.mostJobs {
      state.run(phase.jobs, phase.body)
    } else {
      for first in stride(from: 0, to: phase.jobs, by: State.mostJobs) {
        state.run(min(State.mostJobs, phase.jobs - first)) { phase.body(first + $0, $1) }
      }
    }
    state.release()
  }
}

/// Jobs that may be done at the same time, after all of the phase before and before all of the next.
package struct Phase {
  package let jobs: Int
  package let body: (_ job: Int, _ worker: Int) -> Void

  package init(jobs: Int, body: @escaping (_ job: Int, _ worker: Int) -> Void) {
    self.jobs = jobs
    self.body = body
  }
}

/// What the threads of a pool share.
private final class State: @unchecked Sendable {  // `body` is guarded by `ticket`, see `take`.
  /// Generation, number of jobs and next job in one word (20 bits each for the latter two): whoever takes a job with a
  /// compare-and-swap knows that its operator is still running, and so that `body` is its own.
  private let ticket = Atomic<UInt64>(0)
  private let done = Atomic<Int>(0)
  private let busy = Atomic<Bool>(false)
  private let sleepers = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private var body: (Int, Int) -> Void = { _, _ in }
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  private static let jobBits: UInt64 = 20
  private static let jobMask: UInt64 = (1 << jobBits) - 1
  /// That `run` can do at once.
  static let mostJobs = Int(jobMask)
  /// Looks at the ticket before a worker sleeps: some tens of microseconds, longer than an operator's serial parts.
  private static let patience = 4000

  init() {
    pthread_mutex_init(lock, nil)
    pthread_cond_init(wake, nil)
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(lock)
    wake.deallocate()
    lock.deallocate()
  }

  func acquire() -> Bool { !busy.exchange(true, ordering: .acquiring) }
  func release() { busy.store(false, ordering: .releasing) }

  /// - Parameter jobs: at most `mostJobs`.
  func run(_ jobs: Int, _ body: @escaping (Int, Int) -> Void) {
    self.body = body
    done.store(0, ordering: .relaxed)
    let generation = (ticket.load(ordering: .relaxed) >> (2 * Self.jobBits)) + 1
    ticket.store(generation << (2 * Self.jobBits) | UInt64(jobs) << Self.jobBits, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wakeAll() }
    while let job = take() { perform(job, worker: 0) }
    while done.load(ordering: .acquiring) < jobs { ck_pause() }
    self.body = { _, _ in }
  }

  private func perform(_ job: Int, worker: Int) {
    body(job, worker)
    done.add(1, ordering: .releasing)
  }

  /// The next job of the running operator, if there is one.
  private func take() -> Int? {
    var current = ticket.load(ordering: .acquiring)
    while true {
      let next = current & Self.jobMask, jobs = current >> Self.jobBits & Self.jobMask
      guard next < jobs else { return nil }
      let (exchanged, original) = ticket.weakCompareExchange(
        expected: current, desired: current + 1, ordering: .acquiringAndReleasing)
      if exchanged { return Int(next) }
      current = original
    }
  }

  private var hasWork: Bool {
    let current = ticket.load(ordering: .sequentiallyConsistent)
    return current & Self.jobMask < current >> Self.jobBits & Self.jobMask
  }

  // MARK: - Workers

  /// Whether the system had a thread for one more worker.
  func start(worker: Int) -> Bool {
    var thread = pthread_t.init(bitPattern: 0)
    let context = Unmanaged.passRetained(Worker(state: self, index: worker))
    let problem = pthread_create(
      &thread, nil,
      { context in
        let worker = Unmanaged<Worker>.fromOpaque(context!).takeRetainedValue()
        worker.state.work(worker.index)
        return nil
      }, context.toOpaque())
    guard problem == 0 else {
      context.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  func stop() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    wakeAll()
  }

  private func work(_ worker: Int) {
    var patience = Self.patience
    while !stopping.load(ordering: .relaxed) {
      if let job = take() {
        perform(job, worker: worker)
        patience = Self.patience
      } else if patience > 0 {
        patience -= 1
        ck_pause()
      } else {
        sleep()
        patience = Self.patience
      }
    }
  }

  /// Returns when there is work or the pool stops.
  private func sleep() {
    pthread_mutex_lock(lock)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while !hasWork && !stopping.load(ordering: .sequentiallyConsistent) { pthread_cond_wait(wake, lock) }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(lock)
  }

  private func wakeAll() {
    pthread_mutex_lock(lock)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(lock)
  }

  private final class Worker {
    let state: State
    let index: Int
    init(state: State, index: Int) {
      self.state = state
      self.index = index
    }
  }
}
