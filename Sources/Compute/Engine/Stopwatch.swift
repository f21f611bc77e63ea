import U2NetPlatform

/// How long the workers of one operator spend in its parts. A worker writes its own times only, and `isOn` changes while none
/// works.
package final class Stopwatch: @unchecked Sendable {
  enum Part: Int { case transform, product }

  /// By worker, on cache lines of their own: when the running part began, then the nanoseconds in each part.
  private let times: OwnedBuffer<UInt64>
  private let workers: Int
  private static let line = 8

  package init(workers: Int) {
    self.workers = workers
    times = OwnedBuffer([UInt64](repeating: 0, count: workers * Self.line))
  }

  /// While it is off, nothing is measured.
  var isOn = false {
    didSet { times.buffer.update(repeating: 0) }
  }

  /// A part begins.
  func start(_ worker: Int) {
    if isOn { times.buffer[worker * Self.line] = monotonicNanoseconds() }
  }

  /// What passed since then was `part`; the next part begins.
  func add(_ part: Part, _ worker: Int) {
    guard isOn else { return }
    let now = monotonicNanoseconds(), at = worker * Self.line
    times.buffer[at + 1 + part.rawValue] += now - times.buffer[at]
    times.buffer[at] = now
  }

  /// The share of the time that went into `part`, 0 … 1.
  func share(_ part: Part) -> Double {
    func sum(_ part: Part) -> UInt64 {
      (0..<workers).reduce(0) { $0 + times.buffer[$1 * Self.line + 1 + part.rawValue] }
    }
    return Double(sum(part)) / Double(max(1, sum(.transform) + sum(.product)))
  }
}
