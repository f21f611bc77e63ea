import U2NetPlatform

// Named here, where no method of the same name hides them.
private let (systemRead, systemWrite) = (read, write)

/// Transfers from and to file descriptors, whatever signals come between.
package enum Descriptor {
  /// Writes all bytes; otherwise `errno` says why not.
  package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let written = retrying { systemWrite(descriptor, part.baseAddress, part.count) }
      if written < 0 { return false }
      rest = rest.dropFirst(written)
    }
    return true
  }

  /// Reads what is there, up to `buffer.count` bytes: how many, 0 at the end, or -1 and `errno` says why.
  package static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    retrying { systemRead(descriptor, buffer.baseAddress, buffer.count) }
  }

  /// Repeats a call that a signal interrupted.
  private static func retrying(_ call: () -> Int) -> Int {
    while true {
      let result = call()
      if result >= 0 || errno != EINTR { return result }
    }
  }
}
