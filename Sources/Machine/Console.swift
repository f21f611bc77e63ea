internal import U2NetFiles
import Synchronization
package import U2NetPlatform

/// What a program says on a terminal: messages on standard error, where they never mix with a picture on standard output, and
/// answers on standard output. Whatever a name in them has, it can do nothing to the terminal.
package enum Console {
  /// Writes a message on standard error.
  package static func note(_ line: String) { note([line]) }

  /// A message of several lines, in one write, so that those of several threads do not mix.
  package static func note(_ lines: [String]) { write("u2net: \(lines.map(\.visible).joined(separator: "\n"))\n") }

  /// Writes an answer's lines on standard output.
  package static func tell(_ lines: [String]) { print(lines.map(\.visible).joined(separator: "\n")) }

  fileprivate static func write(_ text: String) {
    var text = text
    _ = text.withUTF8 { Descriptor.write(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
  }
}

/// Tells on standard error how far the work is.
package final class ConsoleProgress: Sendable {
  private let text: Mutex<ProgressText>

  /// - Parameters:
  ///   - style: how it is told.
  ///   - total: what is to be done in all, of which `done` was done before.
  ///   - done: that.
  package init(_ style: ProgressText.Style, total: Int, done: Int = 0) {
    text = Mutex(ProgressText(style, total: total, done: done))
  }

  /// What the bar shows at its end from now on.
  package func remark(_ text: String) { self.text.withLock { $0.remark = text } }

  /// How long the rest will take, if it goes on like this.
  package var timeLeft: String { text.withLock { $0.timeLeft() } }

  /// There is more to do than was known.
  package func expect(_ more: Int) { text.withLock { $0.expect(more) } }

  /// One photo, or step, is done.
  package func advance(failed: Bool) { text.withLock { Console.write($0.advance(failed: failed)) } }

  /// Writes a line that stays, around the bar.
  package func note(_ line: String) {
    text.withLock {
      Console.write($0.cleared())
      Console.note(line)
    }
  }

  /// Leaves no bar behind.
  package func finish() { text.withLock { Console.write($0.cleared()) } }
}
