import U2NetFiles
import U2NetMachine
import U2NetPlatform

/// Commands ask whether there is memory before they begin. What nobody foresaw meets the end of it all the same, and then the
/// C library's `abort`: where memory is limited for this process, that ends with a message and leaves no hidden files.
enum OutOfMemory {
  /// As C wants it, made before memory is short.
  nonisolated(unsafe) private static var message: (start: UnsafeMutablePointer<CChar>, count: Int)?

  static func watch() {
    guard AddressSpace.isShort else { return }
    UnfinishedFiles.prepare()
    let text = """
      u2net: stopped: most likely out of memory, of which this process may use \(ResourceLimits.current.memory >> 20) MB; \
      fewer --threads, a smaller --input-size or smaller pictures take less\n
      """
    if let start = strdup(text) { message = (start, strlen(start)) }
    handle(signal: SIGABRT) { _ in OutOfMemory.end() }
  }

  private static func end() {
    UnfinishedFiles.removeAll()
    if let message { _ = write(STDERR_FILENO, message.start, message.count) }
    _exit(1)
  }
}
