import Compute

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A regular file's contents as read-only memory, unmapped with the last reference.
///
/// Pages are read when touched, so mapping a large file costs nothing until its bytes are used. Another
/// process that truncates the file meanwhile makes touching the missing pages fatal (`SIGBUS`); replacing
/// the file by renaming, as `Safetensors.write` does, is harmless.
public final class MemoryMap: RereadableMemory, @unchecked Sendable {  // The memory is never written.
  /// All bytes of the file; the first is aligned to a page.
  public let bytes: UnsafeRawBufferPointer
  /// The file's length in bytes, ≥ 1.
  public var size: Int { bytes.count }
  public var pointer: UnsafeRawPointer { bytes.baseAddress! }

  /// Maps the file at `path`.
  /// - Throws: if it is missing, unreadable, empty, or something other than a regular file.
  public init(path: String) throws(WeightFileError) {
    // Without O_NONBLOCK, opening a named pipe would wait for somebody to write to it.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw WeightFileError(file: path, systemMessage()) }
    defer { close(descriptor) }  // The mapping outlives the descriptor.

    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw WeightFileError(file: path, systemMessage()) }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw WeightFileError(file: path, "expected a file, found a directory")
    default: throw WeightFileError(file: path, "expected a regular file, found a device, pipe or socket")
    }
    guard status.st_size > 0 else { throw WeightFileError(file: path, "the file is empty") }

    let size = Int(status.st_size)
    guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else {
      throw WeightFileError(file: path, "cannot map \(size) bytes: \(systemMessage())")
    }
    bytes = UnsafeRawBufferPointer(start: address, count: size)
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: pointer), size) }
}

/// The C library's words for the last failed call: "No such file or directory".
func systemMessage() -> String { String(cString: strerror(errno)) }
