#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that appears under its name complete or not at all.
///
/// Bytes go to a temporary file in the same directory (renaming works only within a file system), which
/// `commit` renames; without `commit` it is removed.
package struct AtomicFile: ~Copyable {
  private let path: String
  private let temporaryPath: String
  private let descriptor: Int32
  private var isCommitted = false

  /// Links are followed. What exists and is no regular file is not replaced.
  package init(path name: String) throws(WeightFileError) {
    var path = name, status = stat()
    if stat(name, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else {
        throw WeightFileError(file: name, "cannot write: this is not a regular file")
      }
      guard access(name, W_OK) == 0 else { throw WeightFileError(file: name, "cannot write: \(systemMessage())") }
      if let resolved = realpath(name, nil) {
        path = String(cString: resolved)
        free(resolved)
      }
    }
    let temporaryPath = "\(path).\(String(UInt64.random(in: 0 ... .max), radix: 36)).tmp"
    // Not mkstemp: it makes files only their owner may read, whatever the umask says.
    let descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw WeightFileError(file: name, "cannot write: \(systemMessage())") }
    self.path = path
    self.temporaryPath = temporaryPath
    self.descriptor = descriptor
  }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(WeightFileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written < 0 && errno == EINTR { continue }
      guard written >= 0 else { throw WeightFileError(file: path, "cannot write: \(systemMessage())") }
      rest = rest.dropFirst(written)
    }
  }

  /// Gives the file its name; call once, last.
  package mutating func commit() throws(WeightFileError) {
    // Renaming before the bytes are on the disk could leave an empty file after a power failure.
    guard fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else {
      throw WeightFileError(file: path, "cannot write: \(systemMessage())")
    }
    isCommitted = true
  }

  deinit {
    close(descriptor)
    if !isCommitted { unlink(temporaryPath) }
  }
}
