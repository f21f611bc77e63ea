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
}
