import Synchronization
import Testing
import U2NetPlatform

struct ConcurrentlyTests {
  @Test(arguments: [0, 1, 2, 1000], [1, 2, 3, 2000]) func everyIndexComesOnce(_ count: Int, _ workers: Int) {
    let counts = Mutex([Int](repeating: 0, count: count)), running = Atomic(0), most = Atomic(0)
    concurrently(count, atMost: workers) { index in
      most.max(running.wrappingAdd(1, ordering: .relaxed).newValue, ordering: .relaxed)
      counts.withLock { $0[index] += 1 }
      running.subtract(1, ordering: .relaxed)
    }
    #expect(counts.withLock { $0 } == [Int](repeating: 1, count: count))
    #expect(most.load(ordering: .relaxed) <= workers)
  }

  private struct Failure: Error, Equatable { let index: Int }

  /// 3 fails last of all, and 7 and 5 before it.
  @Test(arguments: [1, 2, 3, 8]) func theErrorOfTheLowestIndexIsThrown(_ workers: Int) {
    let calls = Atomic(0)
    #expect(throws: Failure(index: 3)) {
      try concurrently(10_000, atMost: workers) { index throws(Failure) in
        calls.add(1, ordering: .relaxed)
        if index == 3 { usleep(20_000) }
        if [3, 5, 7].contains(index) { throw Failure(index: index) }
      }
    }
    // After an error nothing more is begun.
    #expect(calls.load(ordering: .relaxed) < 10_000)
  }
}
