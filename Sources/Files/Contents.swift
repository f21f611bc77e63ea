import U2NetPlatform

extension FilePath {
  /// All bytes of the file; of standard input for "-".
  package func contents() throws(FileError) -> [UInt8] {
    let isStandardInput = self == "-"
    let descriptor = isStandardInput ? STDIN_FILENO : withCString { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw FileError(self) }
    defer { if !isStandardInput { close(descriptor) } }
    var bytes: [UInt8] = []
    while true {
      let part = try Array<UInt8>(unsafeUninitializedCapacity: 1 << 16) { buffer, count throws(FileError) in
        count = Descriptor.read(descriptor, into: UnsafeMutableRawBufferPointer(buffer))
        if count < 0 {
          count = 0
          throw FileError(self)
        }
      }
      if part.isEmpty { return bytes }
      bytes += part
    }
  }

  /// The first bytes of a file; nil if it cannot be read, for which `errno` has the reason.
  package func start(_ count: Int) -> [UInt8]? {
    let descriptor = withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    let got = bytes.withUnsafeMutableBytes { Descriptor.read(descriptor, into: $0) }
    return got < 0 ? nil : Array(bytes[..<got])
  }

  /// Bytes of a file from an offset on, as far as they are there; nil if it cannot be read.
  package func part(at offset: Int, count: Int) -> [UInt8]? {
    let descriptor = withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: count)
    let got = pread(descriptor, &bytes, count, off_t(offset))
    return got < 0 ? nil : Array(bytes[..<got])
  }
}
