/// How far some work is, as it is told on standard error: what to write there, and when.
package struct ProgressText: Sendable {
  package enum Style: Sendable {
    case none
    /// One line that is rewritten.
    case bar
    /// A JSON object a line, at most ten a second.
    case json
  }

  private let style: Style
  private let start: ContinuousClock.Instant
  private var pace: Pace
  private var lastShown: ContinuousClock.Instant?
  private var isBarShown = false
  /// What the bar shows at its end.
  package var remark = ""

  /// - Parameters:
  ///   - style: how it is told.
  ///   - total: what is to be done in all, of which `done` was done before.
  ///   - done: that.
  ///   - now: when the work begins.
  package init(_ style: Style, total: Int, done: Int = 0, at now: ContinuousClock.Instant = .now) {
    (self.style, start, pace) = (style, now, Pace(total: total, done: done))
  }

  /// There is more to do than was known.
  package mutating func expect(_ more: Int) { pace.expect(more) }

  /// How long the rest will take, if it goes on like this.
  package func timeLeft(at now: ContinuousClock.Instant = .now) -> String { pace.timeLeft(after: now - start) }

  /// One more is done.
  /// - Returns: what to write; empty where something was written a moment ago, and this is not the last.
  package mutating func advance(failed: Bool, at now: ContinuousClock.Instant = .now) -> String {
    pace.advance(failed: failed)
    let isLast = pace.done == pace.total
    guard style != .none, isLast || lastShown.map({ now - $0 >= .milliseconds(100) }) ?? true else { return "" }
    lastShown = now
    if style == .json { return pace.json(after: now - start) + "\n" }
    isBarShown = true
    return "\(Self.clear)\(pace.bar(after: now - start))" + (remark.isEmpty ? "" : "  \(remark)")
  }

  /// What makes room for another line, or for nothing more.
  package mutating func cleared() -> String {
    defer { isBarShown = false }
    return isBarShown ? Self.clear : ""
  }

  private static let clear = "\r\u{1B}[K"
}
