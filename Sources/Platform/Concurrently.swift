import Dispatch
import Synchronization

/// Calls `body` with each of 0 ..< `count`, on up to `workers` threads at a time, and returns when all calls have.
///
/// Indices are handed out one by one and in order, so uneven ones balance. After an error no further ones are; those that
/// have begun are finished.
///
/// Where addresses are limited and there are none left for the stacks of threads, everything is done on the caller's thread, too:
/// Dispatch would wait for memory for ever. So it is in a forked child of a process that has used threads: they stay behind.
///
/// - Parameters:
///   - workers: at least 1; with 1 everything is done on the caller's thread.
///   - body: what calls with different indices share is the caller's to keep apart.
/// - Throws: the error of the lowest index that failed, whatever the number of threads.
public func concurrently<Failure: Error>(
  _ count: Int, atMost workers: Int, _ body: @Sendable (_ index: Int) throws(Failure) -> Void
) throws(Failure) {
  precondition(workers > 0, "\(workers) threads cannot work")
  if workers == 1 || count <= 1 || ProcessIdentity.isForkedChild
    || !AddressSpace.hasRoom(forThreads: min(workers, count))
  {
    for index in 0..<count { try body(index) }
    return
  }
  let next = Atomic(0)
  // Whoever fails has taken its index after all lower ones were taken.
  let failed = Mutex<(index: Int, error: Failure)?>(nil)
  DispatchQueue.concurrentPerform(iterations: min(workers, count)) { _ in
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      do throws(Failure) {
        try body(index)
      } catch {
        next.store(count, ordering: .relaxed)
        failed.withLock { first in
          if first.map({ index < $0.index }) ?? true { first = (index, error) }
        }
      }
    }
  }
  if let failure = failed.withLock({ $0?.error }) { throw failure }
}
