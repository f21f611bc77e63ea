import Synchronization
import Testing
import U2NetCompute
import U2NetPlatform

struct ThreadPoolTests {
  /// More jobs than one word counts.
  @Test(arguments: [1, 2, 3]) func anyNumberOfJobsIsDone(threads: Int) {
    let pool = ThreadPool(threads: threads)
    for jobs in [0, 1, 1_048_575, 1_048_576, 3_000_001] {
      let sum = Atomic(0), count = Atomic(0)
      pool.run(jobs) { job, worker in
        precondition((0..<threads).contains(worker))
        sum.add(job, ordering: .relaxed)
        count.add(1, ordering: .relaxed)
      }
      #expect(count.load(ordering: .relaxed) == jobs && sum.load(ordering: .relaxed) == jobs * max(0, jobs - 1) / 2)
    }
  }

  @Test func aBusyPoolLetsTheSecondCallerWorkAlone() {
    let pool = ThreadPool(threads: 2), inner = Atomic(0)
    pool.run(8) { _, _ in
      // The pool is busy with the outer phase; these run here, one after another.
      pool.run(5) { _, worker in
        if worker == 0 { inner.add(1, ordering: .relaxed) }
      }
    }
    #expect(inner.load(ordering: .relaxed) == 40)
  }

  /// Within a job another pool's workers help.
  @Test func poolsWithinPools() {
    let outer = ThreadPool(threads: 3), inner = (0..<3).map { _ in ThreadPool(threads: 2) }, count = Atomic(0)
    for _ in 0..<50 {
      outer.run(6) { _, worker in inner[worker].run(7) { _, _ in count.add(1, ordering: .relaxed) } }
    }
    #expect(count.load(ordering: .relaxed) == 50 * 6 * 7)
  }

  @Test func workersThatSleptWakeUp() {
    let pool = ThreadPool(threads: 3), count = Atomic(0)
    for _ in 0..<5 {
      pool.run(30) { _, _ in count.add(1, ordering: .relaxed) }
      usleep(20_000)  // Longer than their patience.
    }
    #expect(count.load(ordering: .relaxed) == 150)
  }

  /// Pauses about as long as somebody waits before sleeping, so that waking and working meet in every way.
  @Test func nobodySleepsThroughTheirJobs() {
    let pool = ThreadPool(threads: 3), count = Atomic(0)
    for round in 0..<3000 {
      let end = monotonicNanoseconds() + UInt64(round % 90) * 1000
      while monotonicNanoseconds() < end {}
      pool.run(4) { job, worker in
        if job == round % 4 && round % 3 == 0 { usleep(UInt32(round % 80)) }
        count.add(1, ordering: .relaxed)
      }
    }
    #expect(count.load(ordering: .relaxed) == 12_000)
  }

  /// The longest job waits for all others: they must be another worker's, however many there are.
  @Test func aLongJobHoldsUpNoOther() {
    let pool = ThreadPool(threads: 2), done = Atomic(0)
    for long in [0, 1, 50] {
      done.store(0, ordering: .relaxed)
      pool.run(100) { job, _ in
        let end = ContinuousClock.now + .seconds(20)
        while job == long, done.load(ordering: .relaxed) < 99, .now < end {}
        if job != long { done.add(1, ordering: .relaxed) }
      }
      #expect(done.load(ordering: .relaxed) == 99)
    }
  }

  @Test(arguments: [1, 2, 5]) func everyJobRunsOnceAndWorkersAreAlone(_ threads: Int) {
    let counts = (0..<200).map { _ in Counter() }, busy = (0..<threads).map { _ in Counter() }
    let clashes = Counter()
    ThreadPool(threads: threads).run(200) { job, worker in
      if busy[worker].value.wrappingAdd(1, ordering: .sequentiallyConsistent).newValue != 1 {
        clashes.value.add(1, ordering: .relaxed)
      }
      counts[job].value.add(1, ordering: .relaxed)
      busy[worker].value.subtract(1, ordering: .sequentiallyConsistent)
    }
    #expect(counts.allSatisfy { $0.value.load(ordering: .relaxed) == 1 })
    #expect(clashes.value.load(ordering: .relaxed) == 0)
  }

  private final class Counter: Sendable { let value = Atomic(0) }

  /// Several callers each make, use and leave pools.
  @Test func manyPools() {
    let count = Atomic(0)
    concurrently(8, atMost: 8) { _ in
      for threads in 1...6 {
        let pools = (0..<4).map { _ in ThreadPool(threads: threads) }
        for pool in pools { pool.run(10) { _, _ in count.add(1, ordering: .relaxed) } }
      }
    }
    #expect(count.load(ordering: .relaxed) == 8 * 6 * 4 * 10)
  }

  @Test func ownersOfTheSharedPoolHaveTheSame() {
    let pool = ThreadPool.shared(threads: 2)
    #expect(pool === ThreadPool.shared(threads: 2) && pool !== ThreadPool.shared(threads: 3))
  }

  // MARK: - Threads and time of the process: each in one of its own

  #if os(Linux)
    @Test func threadsEndWithTheirPool() async {
      await #expect(processExitsWith: .success) {
        precondition(poolThreads() == 0)
        for _ in 0..<20 {
          let pools = (0..<3).map { _ in ThreadPool(threads: 4) }
          let count = Atomic(0)
          for pool in pools { pool.run(8) { _, _ in count.add(1, ordering: .relaxed) } }
          precondition(count.load(ordering: .relaxed) == 24)
          // A thread has its name when it has begun; those of the round before may still be listed.
          precondition(comes { poolThreads() == 9 }, "\(poolThreads()) threads")
          withExtendedLifetime(pools) {}
        }
        precondition(comes { poolThreads() == 0 }, "\(poolThreads()) threads are left")
      }
    }

    @Test func theSharedPoolEndsWithItsLastOwner() async {
      await #expect(processExitsWith: .success) {
        var owners = (0..<3).map { _ in ThreadPool.shared(threads: 4) }
        precondition(comes { poolThreads() == 3 }, "\(poolThreads()) threads")
        owners.removeLast(2)
        owners[0].run(8) { _, _ in }
        precondition(poolThreads() == 3, "\(poolThreads()) threads")
        owners = []
        precondition(comes { poolThreads() == 0 }, "\(poolThreads()) threads are left")
        ThreadPool.shared(threads: 4).run(8) { _, _ in }  // A new one.
      }
    }

    @Test func anIdlePoolTakesNoTime() async {
      await #expect(processExitsWith: .success) {
        let pool = ThreadPool(threads: 4)
        pool.run(100) { _, _ in }
        let time = leastTime { usleep(200_000) }
        precondition(time < 60, "\(time) ms of the processor in 200 ms")
        pool.run(100) { _, _ in }
      }
    }

    /// For others' long jobs nobody waits in a loop, neither the caller nor a worker.
    @Test func whoWaitsForALongJobTakesNoTime() async {
      await #expect(processExitsWith: .success) {
        let pool = ThreadPool(threads: 2)
        for sleeper in 0..<2 {
          let time = leastTime {
            let taken = Atomic(0)
            pool.run(2) { _, worker in
              taken.add(1, ordering: .relaxed)
              while taken.load(ordering: .relaxed) < 2 { usleep(100) }  // Each takes one.
              if worker == sleeper { usleep(200_000) }
            }
          }
          precondition(time < 60, "\(time) ms of the processor while worker \(sleeper) slept for 200 ms")
        }
      }
    }
  #endif
}

#if os(Linux)
  /// Threads of this process that are a pool's.
  private func poolThreads() -> Int {
    guard let folder = opendir("/proc/self/task") else { preconditionFailure("no /proc") }
    defer { closedir(folder) }
    var count = 0
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard let file = fopen("/proc/self/task/\(name)/comm", "r") else { continue }
      defer { fclose(file) }
      var line = [UInt8](repeating: 0, count: 64)
      let length = fread(&line, 1, line.count, file)
      if String(decoding: line[..<length], as: UTF8.self) == "u2net pool\n" { count += 1 }
    }
    return count
  }

  /// Whether it does, within some seconds: a thread that has been joined is listed for a moment longer.
  private func comes(_ isThere: () -> Bool) -> Bool {
    for _ in 0..<2000 {
      if isThere() { return true }
      usleep(5000)
    }
    return false
  }

  /// The processor's time that the process takes meanwhile, in milliseconds: the least of some times, for it has other threads, too,
  /// which have their work at its beginning. Whoever waits in a loop takes it every time.
  private func leastTime(_ body: () -> Void) -> Double {
    var least = Double.infinity
    for _ in 0..<10 where least >= 60 {
      let before = processorMilliseconds()
      body()
      least = min(least, Double(processorMilliseconds() - before))
    }
    return least
  }

  /// What this process has used.
  private func processorMilliseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e3 + Double(time.tv_nsec) / 1e6
  }
#endif
