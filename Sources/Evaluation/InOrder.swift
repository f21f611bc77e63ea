import U2NetMachine
import Synchronization

/// Calls `work` for 0, 1, … `count` - 1 on several threads, and hands the results to `receive` one by one, in that order:
/// whatever is made of them does not depend on the number of threads.
///
/// Works on 64 items per thread before it hands them over, and holds no more results than these.
///
/// - Parameters:
///   - threads: how many, at least 1.
///   - receive: called on the caller's thread.
package func inOrder<Result: Sendable>(
  count: Int, threads: Int, work: @Sendable (Int) -> Result, receive: (Int, Result) -> Void
) {
  precondition(threads > 0, "\(threads) threads cannot work")
  let batch = 64 * threads
  for start in stride(from: 0, to: count, by: batch) {
    let items = start..<min(start + batch, count)
    let results = [Result](unsafeUninitializedCapacity: items.count) { results, initialized in
      nonisolated(unsafe) let results = results.baseAddress!
      if threads == 1 {
        for i in items { (results + i - start).initialize(to: work(i)) }
      } else {
        // Threads take the next item when they are done with one, as items may differ much.
        let next = Atomic(start)
        inParallel(min(threads, items.count)) { _ in
          while true {
            let i = next.wrappingAdd(1, ordering: .relaxed).oldValue
            guard i < items.upperBound else { return }
            (results + i - start).initialize(to: work(i))
          }
        }
      }
      initialized = items.count
    }
    for (i, result) in zip(items, results) { receive(i, result) }
  }
}
