import Synchronization
import Testing

import U2NetCompute

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
}
