import U2NetFiles
import Synchronization
import U2NetPlatform

/// Tells on standard error how far the work is.
final class Progress: Sendable {
  private let text: Mutex<ProgressText>

  init(_ style: ProgressText.Style, total: Int, done: Int = 0) {
    text = Mutex(ProgressText(style, total: total, done: done))
  }

  /// What the bar shows at its end from now on.
  func remark(_ text: String) { self.text.withLock { $0.remark = text } }

  /// How long the rest will take, if it goes on like this.
  var timeLeft: String { text.withLock { $0.timeLeft() } }

  /// There is more to do than was known.
  func expect(_ more: Int) { text.withLock { $0.expect(more) } }

  /// One photo, or step, is done.
  func advance(failed: Bool) { text.withLock { write($0.advance(failed: failed)) } }

  /// Writes a line that stays, around the bar.
  func note(_ line: String) {
    text.withLock {
      write($0.cleared())
      u2net_cli.note(line)
    }
  }

  func finish() { text.withLock { write($0.cleared()) } }

  private func write(_ text: String) {
    var text = text
    _ = text.withUTF8 { Descriptor.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
  }
}
