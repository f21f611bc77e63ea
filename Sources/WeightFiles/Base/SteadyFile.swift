package import U2NetFiles
import U2NetPlatform

/// A regular file, open to be read into memory of the reader's own, that must stay as it is meanwhile.
///
/// Nothing is mapped: touching a mapping of a file that somebody truncates is fatal, and one that is overwritten in place
/// becomes other weights without a word. Here both are errors, and what was read is nobody else's. Replacing the file by
/// renaming, as `Safetensors.write` does, is harmless.
package final class SteadyFile: Sendable {
  /// What to call the file in messages.
  package let name: String
  /// Bytes, ≥ 1.
  package let size: Int
  private let descriptor: Int32
  private let status: stat

  /// - Throws: if the file is missing, unreadable, empty, or something other than a regular file.
  package init(_ path: FilePath) throws(WeightFileError) {
    let name = "\(path)"
    // Without O_NONBLOCK, opening a named pipe would wait for somebody to write to it.
    let descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw WeightFileError(file: name, systemMessage()) }
    var status = stat()
    let problem: String? =
      if fstat(descriptor, &status) != 0 {
        systemMessage()
      } else if status.st_mode & S_IFMT == S_IFDIR {
        "expected a file, found a directory"
      } else if status.st_mode & S_IFMT != S_IFREG {
        "expected a regular file, found a device, pipe or socket"
      } else if status.st_size <= 0 { "the file is empty" } else { nil }
    if let problem {
      close(descriptor)
      throw WeightFileError(file: name, problem)
    }
    self.name = name
    self.descriptor = descriptor
    self.status = status
    size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills `buffer` with the bytes from `offset` on.
  /// - Throws: if they cannot be read or are not there any more.
  package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(WeightFileError) {
    var done = 0
    while done < buffer.count {
      let count = pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw WeightFileError(file: name, "cannot be read: \(systemMessage())") }
      guard count > 0 else { throw changed }
      done += count
    }
  }

  package func read(at offset: Int, into bytes: inout [UInt8]) throws(WeightFileError) {
    var outcome: Result<Void, WeightFileError> = .success(())
    bytes.withUnsafeMutableBytes { buffer in
      do throws(WeightFileError) { try read(at: offset, into: buffer) } catch { outcome = .failure(error) }
    }
    try outcome.get()
  }

  /// Whatever was read is of one state of the file: size and time of change are still those of the beginning.
  package func checkUnchanged() throws(WeightFileError) {
    var now = stat()
    guard fstat(descriptor, &now) == 0 else { throw WeightFileError(file: name, systemMessage()) }
    #if canImport(Darwin)
      let (before, after) = (status.st_mtimespec, now.st_mtimespec)
    #else
      let (before, after) = (status.st_mtim, now.st_mtim)
    #endif
    guard now.st_size == status.st_size, before.tv_sec == after.tv_sec, before.tv_nsec == after.tv_nsec else {
      throw changed
    }
  }

  private var changed: WeightFileError {
    WeightFileError(file: name, "the file was changed while it was read; try again when nobody writes to it")
  }

  /// All of the file.
  package func contents() throws(WeightFileError) -> FileContents {
    guard let contents = FileContents(count: size) else { throw .shortage(file: name, needed: size) }
    let part = 1 << 22
    // Large files on several threads: fresh memory costs as much time as the bytes in it.
    try concurrently((size + part - 1) / part, atMost: size < 4 * part ? 1 : 4) { index throws(WeightFileError) in
      let start = index * part
      try read(at: start, into: .init(rebasing: contents.memory[start..<min(start + part, size)]))
    }
    try checkUnchanged()
    return contents
  }
}

/// The C library's words for the last failed call: "No such file or directory".
private func systemMessage() -> String { String(cString: strerror(errno)) }
