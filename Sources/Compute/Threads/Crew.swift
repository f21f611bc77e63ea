import Synchronization
import U2NetCKernels
import U2NetPlatform

/// The threads of a pool, and what they share.
///
/// `body` is written by the caller alone, while no job can be taken, and read by those who have taken one: `ticket` orders
/// the two.
final class Crew: @unchecked Sendable {
  /// Generation, number of jobs and next job in one word (20 bits each for the latter two): whoever takes a job with a
  /// compare-and-swap knows that its phase is still running, and so that `body` is its own.
  private let ticket = Atomic<UInt64>(0)
  /// Jobs of the running phase that are not done.
  private let remaining = Atomic<Int>(0)
  private let busy = Atomic<Bool>(false)
  private let stopping = Atomic<Bool>(false)
  private var body: @Sendable (Int, Int) -> Void = { _, _ in }
  /// Workers that sleep, or are about to; and whether the caller does.
  private let sleepers = Atomic<Int>(0)
  private let callerSleeps = Atomic<Bool>(false)
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  /// There is work, or an end of it.
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let finished = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var threads: [pthread_t] = []

  private static let jobBits: UInt64 = 20
  private static let jobMask: UInt64 = (1 << jobBits) - 1
  /// That `run` can do at once.
  static let mostJobs = Int(jobMask)
  /// How long somebody waits in a loop before sleeping, in nanoseconds: longer than the serial parts between two phases, and
  /// about what waking a thread costs. A process under a CPU quota pays for it.
  private static let patience: UInt64 = 50_000

  init() {
    pthread_mutex_init(lock, nil)
    pthread_cond_init(wake, nil)
    pthread_cond_init(finished, nil)
  }

  deinit {
    for condition in [wake, finished] {
      pthread_cond_destroy(condition)
      condition.deallocate()
    }
    pthread_mutex_destroy(lock)
    lock.deallocate()
  }

  // MARK: - The caller

  func acquire() -> Bool { !busy.exchange(true, ordering: .acquiring) }
  func release() { busy.store(false, ordering: .releasing) }

  /// - Parameter jobs: at most `mostJobs`.
  func run(_ jobs: Int, _ body: @escaping @Sendable (Int, Int) -> Void) {
    self.body = body
    remaining.store(jobs, ordering: .relaxed)
    let generation = (ticket.load(ordering: .relaxed) >> (2 * Self.jobBits)) + 1
    ticket.store(generation << (2 * Self.jobBits) | UInt64(jobs) << Self.jobBits, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wakeWorkers() }
    while let job = take() { perform(job, worker: 0) }
    if !comesSoon({ remaining.load(ordering: .acquiring) == 0 }) { sleepUntilFinished() }
    self.body = { _, _ in }
  }

  private func sleepUntilFinished() {
    pthread_mutex_lock(lock)
    callerSleeps.store(true, ordering: .sequentiallyConsistent)
    while remaining.load(ordering: .sequentiallyConsistent) > 0 { pthread_cond_wait(finished, lock) }
    callerSleeps.store(false, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(lock)
  }

  private func wakeWorkers() {
    pthread_mutex_lock(lock)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(lock)
  }

  // MARK: - Jobs

  private func perform(_ job: Int, worker: Int) {
    body(job, worker)
    guard remaining.subtract(1, ordering: .sequentiallyConsistent).newValue == 0,
      callerSleeps.load(ordering: .sequentiallyConsistent)
    else { return }
    pthread_mutex_lock(lock)
    pthread_cond_signal(finished)
    pthread_mutex_unlock(lock)
  }

  /// The next job of the running phase, if there is one.
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

  private var isStopping: Bool { stopping.load(ordering: .sequentiallyConsistent) }

  /// Whether it does within `patience`.
  private func comesSoon(_ isThere: () -> Bool) -> Bool {
    if isThere() { return true }
    let end = monotonicNanoseconds() + Self.patience
    repeat {
      for _ in 0..<32 {
        ck_pause()
        if isThere() { return true }
      }
    } while monotonicNanoseconds() < end
    return false
  }

  // MARK: - Workers

  /// Whether the system had a thread for one more worker.
  func start(worker: Int) -> Bool {
    var thread = pthread_t.init(bitPattern: 0)
    let context = Unmanaged.passRetained(Worker(crew: self, index: worker))
    let problem = pthread_create(
      &thread, nil,
      { context in
        let worker = Unmanaged<Worker>.fromOpaque(context!).takeRetainedValue()
        ck_name_thread("u2net pool")
        worker.crew.work(worker.index)
        return nil
      }, context.toOpaque())
    guard problem == 0 else {
      context.release()
      return false
    }
    threads.append(thread)
    return true
  }

  /// Returns when all threads have ended.
  func stop() {
    stopping.store(true, ordering: .sequentiallyConsistent)
    wakeWorkers()
    for thread in threads {
      // The last owner may have been a job.
      if pthread_equal(thread, pthread_self()) != 0 { pthread_detach(thread) } else { pthread_join(thread, nil) }
    }
  }

  private func work(_ worker: Int) {
    while !isStopping {
      if let job = take() {
        perform(job, worker: worker)
      } else if !comesSoon({ hasWork || isStopping }) {
        sleep()
      }
    }
  }

  /// Returns when there is work or the pool stops.
  private func sleep() {
    pthread_mutex_lock(lock)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while !hasWork && !isStopping { pthread_cond_wait(wake, lock) }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(lock)
  }

  private final class Worker {
    let crew: Crew
    let index: Int
    init(crew: Crew, index: Int) {
      self.crew = crew
      self.index = index
    }
  }
}
