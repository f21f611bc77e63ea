import Dispatch

/// Calls `body` with 0 ..< count, several at the same time if there is memory for the stacks of threads, else one after the other:
/// where there is none, Dispatch waits for it for ever. For work that may begin before anybody has asked for memory.
package func inParallel(_ count: Int, _ body: @Sendable (Int) -> Void) {
  if count > 1, !ResourceLimits.isShortOfAddresses || ResourceLimits.availableMemory > 0 {
    DispatchQueue.concurrentPerform(iterations: count, execute: body)
  } else {
    for index in 0..<count { body(index) }
  }
}
