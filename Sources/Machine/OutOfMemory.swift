internal import U2NetFiles
internal import U2NetPlatform

/// Work asks whether there is memory before it begins. What nobody foresaw meets the end of it all the same, and then the C
/// library's `abort`: where memory is limited for this process, that can end with a message and leave no hidden files.
public enum OutOfMemory {
  /// As C wants it, made before memory is short.
  nonisolated(unsafe) private static var message: (start: UnsafeMutablePointer<CChar>, count: Int)?

  /// From now on an `abort` ends the process with exit code 1 and a message, if its addresses are limited to less than 4 GB.
  /// - Parameter text: for standard error, with its line break.
  public static func watch(saying text: String) {
    guard AddressSpace.isShort else { return }
    UnfinishedFiles.prepare()
    if let start = strdup(text) { message = (start, strlen(start)) }
    handle(signal: SIGABRT) { _ in OutOfMemory.end() }
  }

  private static func end() {
    UnfinishedFiles.removeAll()
    if let message { _ = write(STDERR_FILENO, message.start, message.count) }
    _exit(1)
  }
}
