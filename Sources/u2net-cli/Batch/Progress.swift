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
    var pace: Pace
    var remark = ""
    var lastShown: ContinuousClock.Instant?
    var isBarShown = false
  }

  private let style: ProgressStyle
  private let start = ContinuousClock.now
  private let state: Mutex<State>

  init(_ style: ProgressStyle, total: Int, done: Int = 0) {
    self.style = style
    state = Mutex(State(pace: Pace(total: total, done: done)))
  }

  /// What the bar shows at its end from now on.
  func remark(_ text: String) { state.withLock { $0.remark = "  " + text } }

  /// How long the rest will take, if it goes on like this.
  var timeLeft: String { state.withLock { $0.pace.timeLeft(after: ContinuousClock.now - start) } }

  /// There is more to do than was known.
  func expect(_ more: Int) { state.withLock { $0.pace.expect(more) } }

  /// One photo, or step, is done.
  func advance(failed: Bool) {
    state.withLock { state in
      state.pace.advance(failed: failed)
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
    let now = ContinuousClock.now, isLast = state.pace.done == state.pace.total
    guard style != .none, isLast || state.lastShown.map({ now - $0 >= .milliseconds(100) }) ?? true else { return }
    state.lastShown = now
    if style == .json { return write(state.pace.json(after: now - start) + "\n") }
    write("\r\u{1B}[K\(state.pace.bar(after: now - start))\(state.remark)")
    state.isBarShown = true
  }

  private func write(_ text: String) {
    var text = text
    _ = text.withUTF8 { Descriptor.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
  }
}
