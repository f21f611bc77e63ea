import Synchronization
import U2NetPlatform

/// A file of lines that is written to at its end, so that a run that goes on where another stopped completes it.
package final class AppendedFile: Sendable {
  private let descriptor: Int32
  private let path: FilePath
  /// A pipe takes long lines piece by piece.
  private let turn = Mutex(())

  package init(_ path: FilePath) throws(FileError) {
    self.path = path
    descriptor = path.withCString { open($0, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw FileError(path) }
  }

  private init(_ descriptor: Int32, called path: FilePath) { (self.descriptor, self.path) = (descriptor, path) }

  /// Standard output, whatever it is.
  package static func standardOutput() throws(FileError) -> AppendedFile {
    let descriptor = dup(STDOUT_FILENO)
    guard descriptor >= 0 else { throw FileError("standard output") }
    return AppendedFile(descriptor, called: "standard output")
  }

  deinit { close(descriptor) }

  /// One write a line: lines of several threads, and of several processes that append to the same file, do not mix.
  package func append(line: some Sequence<UInt8>) throws(FileError) {
    let bytes = Array(line) + [UInt8(ascii: "\n")]
    let isWritten = turn.withLock { _ in bytes.withUnsafeBytes { Descriptor.write($0, to: descriptor) } }
    guard isWritten else { throw FileError(path) }
  }
}
