import U2NetFiles
import Synchronization
import U2NetPlatform

/// How to tell how far the work is.
enum ProgressStyle {
  case none
  /// One line that is rewritten.
  case bar
  /// A JSON object a line, at most ten a second.
  case json
}

/// Tells on standard error how far the work is.
final class Progress: Sendable {
  private struct State {
    var done: Int, total: Int, failed = 0
    var remark = ""
    var lastShown: ContinuousClock.Instant?
    var isBarShown = false
  }

  private let style: ProgressStyle
  /// What was done before.
  private let begun: Int
  private let start = ContinuousClock.now
  private let state: Mutex<State>

  init(_ style: ProgressStyle, total: Int, done: Int = 0) {
    self.style = style
    begun = done
    state = Mutex(State(done: done, total: total))
  }

  /// What the bar shows at its end from now on.
  func remark(_ text: String) { state.withLock { $0.remark = "  " + text } }

  /// How long the rest will take, if it goes on like this.
  var timeLeft: String { Self.clock(state.withLock { pace($0).secondsLeft }) }

  /// There is more to do than was known.
  func expect(_ more: Int) { state.withLock { $0.total += more } }

  /// One photo, or step, is done.
  func advance(failed: Bool) {
    state.withLock { state in
      state.done += 1
      if failed { state.failed += 1 }
      show(&state)
    }
  }

  /// Writes a line that stays, around the bar.
  func note(_ line: String) {
    state.withLock { state in
      clear(&state)
      u2net_cli.note(line)
    }
  }

  func finish() { state.withLock { clear(&$0) } }

  private func clear(_ state: inout State) {
    guard state.isBarShown else { return }
    write("\r\u{1B}[K")
    state.isBarShown = false
  }

  private func show(_ state: inout State) {
    guard style != .none else { return }
    let now = ContinuousClock.now
    let isLast = state.done == state.total
    if let last = state.lastShown, now - last < .milliseconds(100), !isLast { return }
    state.lastShown = now
    let (rate, remaining) = pace(state)
    let shownRate = Double(Int(rate * 100)) / 100
    switch style {
    case .none: break
    case .json:
      write(
        "{\"done\":\(state.done),\"total\":\(state.total),\"failed\":\(state.failed),\"photos_per_second\":\(shownRate),"
          + "\"seconds_left\":\(remaining)}\n")
    case .bar:
      let width = 30, filled = width * min(state.done, state.total) / max(state.total, 1)
      let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
      let failures = state.failed > 0 ? "  \(state.failed) failed" : ""
      write(
        "\r\u{1B}[K\(bar) \(state.done)/\(state.total)  \(shownRate)/s  \(Self.clock(remaining)) left\(failures)\(state.remark)"
      )
      state.isBarShown = true
    }
  }

  private func pace(_ state: State) -> (perSecond: Double, secondsLeft: Int) {
    let time = ContinuousClock.now - start
    let rate = Double(state.done - begun) / max(time.inSeconds, 1e-6)
    return (rate, Int((Double(max(0, state.total - state.done)) / max(rate, 1e-6)).rounded(.up)))
  }

  /// Seconds as h:mm:ss or m:ss.
  private static func clock(_ seconds: Int) -> String {
    func two(_ number: Int) -> String { (number < 10 ? "0" : "") + "\(number)" }
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(seconds % 60))" : "\(minutes):\(two(seconds % 60))"
  }

  private func write(_ text: String) {
    var text = text
    _ = text.withUTF8 { Descriptor.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
  }
}
