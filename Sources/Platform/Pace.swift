/// How far some work is, and how fast it goes.
package struct Pace: Sendable {
  package private(set) var done: Int
  package private(set) var total: Int
  package private(set) var failed = 0
  /// What was done before, and does not count for the speed.
  private let begun: Int

  package init(total: Int, done: Int = 0) { (self.total, self.done, begun) = (total, done, done) }

  /// There is more to do than was known.
  package mutating func expect(_ more: Int) { total += more }

  /// One more is done.
  package mutating func advance(failed isFailed: Bool) {
    done += 1
    if isFailed { failed += 1 }
  }

  /// A second, after so much time.
  package func rate(after time: Duration) -> Double { Double(done - begun) / max(time.inSeconds, 1e-6) }

  /// How long the rest takes if it goes on like that.
  package func secondsLeft(after time: Duration) -> Int {
    Int((Double(max(0, total - done)) / max(rate(after: time), 1e-6)).rounded(.up))
  }

  /// The same as h:mm:ss or m:ss.
  package func timeLeft(after time: Duration) -> String {
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
    let seconds = secondsLeft(after: time), (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(seconds % 60))" : "\(minutes):\(two(seconds % 60))"
  }

  /// One JSON object for scripts.
  package func json(after time: Duration) -> String {
    "{\"done\":\(done),\"total\":\(total),\"failed\":\(failed),\"photos_per_second\":\(shownRate(time)),"
      + "\"seconds_left\":\(secondsLeft(after: time))}"
  }

  /// A bar of 30 characters, and what a reader wants to know beside it.
  package func bar(after time: Duration) -> String {
    let width = 30, filled = width * min(done, total) / max(total, 1)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
    let failures = failed > 0 ? "  \(failed) failed" : ""
    return "\(bar) \(done)/\(total)  \(shownRate(time))/s  \(timeLeft(after: time)) left\(failures)"
  }

  private func shownRate(_ time: Duration) -> Double { Double(Int(rate(after: time) * 100)) / 100 }
}
