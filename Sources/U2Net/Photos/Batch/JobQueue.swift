import Synchronization
import U2NetPlatform

/// Jobs in order, for several threads that take one after the other; more may come while they work.
package final class JobQueue<Job: Sendable>: @unchecked Sendable {
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let change = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  // Guarded by `lock`.
  private var jobs: ArraySlice<Job>
  private var isClosed = false

  package init(_ jobs: [Job] = []) {
    self.jobs = jobs[...]
    pthread_mutex_init(lock, nil)
    pthread_cond_init(change, nil)
  }

  deinit {
    pthread_cond_destroy(change)
    pthread_mutex_destroy(lock)
    lock.deallocate()
    change.deallocate()
  }

  private func locked<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body()
  }

  package func add(_ job: Job) {
    locked {
      jobs.append(job)
      pthread_cond_signal(change)
    }
  }

  /// No more jobs will come.
  /// - Parameter dropping: whether those that nobody has taken yet are dropped.
  /// - Returns: what was dropped.
  @discardableResult package func close(dropping: Bool = false) -> [Job] {
    locked {
      isClosed = true
      defer { if dropping { jobs = [] } }
      pthread_cond_broadcast(change)
      return dropping ? Array(jobs) : []
    }
  }

  /// Waits for a job; nil once there are no more.
  package func next() -> Job? {
    locked {
      while jobs.isEmpty && !isClosed { pthread_cond_wait(change, lock) }
      return jobs.popFirst()
    }
  }
}

/// Threads of one's own, for work that waits.
package struct Workers: ~Copyable {
  private var threads: [pthread_t] = []

  /// Starts `count` threads that each call `work` once.
  package init(_ count: Int, _ work: @escaping @Sendable () -> Void) {
    for _ in 0..<count {
      var thread = pthread_t.init(bitPattern: 0)
      let context = Unmanaged.passRetained(Box(work: work)).toOpaque()
      let problem = pthread_create(
        &thread, nil,
        { context in
          Unmanaged<Box>.fromOpaque(context!).takeRetainedValue().work()
          return nil
        }, context)
      // Fewer threads do the same work.
      if problem != 0, !threads.isEmpty { break }
      precondition(problem == 0, "cannot start a thread: \(String(cString: strerror(problem)))")
      #if canImport(Darwin)
        threads.append(thread!)
      #else
        threads.append(thread)
      #endif
    }
  }

  /// Waits until all are done.
  package consuming func join() { for thread in threads { pthread_join(thread, nil) } }

  private final class Box {
    let work: @Sendable () -> Void
    init(work: @escaping @Sendable () -> Void) { self.work = work }
  }
}
