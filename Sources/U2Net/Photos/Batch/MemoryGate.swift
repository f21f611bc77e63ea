import Dispatch
import Synchronization

/// Keeps what is worked on at the same time within a part of the machine's memory.
package final class MemoryGate: Sendable {
  /// Bytes of a ticket.
  private static let unit = 16 << 20
  private let tickets: Int
  private let free: DispatchSemaphore
  /// Whoever takes tickets takes all it needs before anybody else takes one: two who each had a part would wait for ever.
  private let taking = Mutex(())

  /// - Parameter budget: bytes.
  package init(budget: Int) {
    tickets = max(1, budget / Self.unit)
    free = DispatchSemaphore(value: tickets)
  }

  /// Calls `body` when `bytes` are free; what is larger than the budget goes through alone.
  package func with<Result, Failure: Error>(
    _ bytes: Int, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let count = min(tickets, bytes / Self.unit + 1)
    taking.withLock { _ in for _ in 0..<count { free.wait() } }
    defer { for _ in 0..<count { free.signal() } }
    return try body()
  }
}
