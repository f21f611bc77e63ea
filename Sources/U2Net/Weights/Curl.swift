internal import U2NetFiles
import U2NetPlatform

/// One run of curl, which knows proxies and certificates. What it receives comes through a pipe, so that this process says
/// where it is written, and how much of it: when this process ends, however it ends, so does the pipe, and with it curl.
final class Curl {
  /// How it ended.
  enum End: CustomStringConvertible {
    case exited(Int)
    case killed(signal: Int32)
    case lost

    var description: String {
      switch self {
      case .exited(let code): "curl's exit code \(code)"
      case .killed(let signal): "curl was killed by signal \(signal), \(String(cString: strsignal(signal)))"
      case .lost: "curl's end was not told"
      }
    }
  }

  /// It could not be started.
  struct Failure: Error {
    /// The C library's words.
    let reason: String

    init(_ code: Int32) { reason = String(cString: strerror(code)) }
  }

  private var process = pid_t()
  private let output: Int32
  private var hasEnded = false

  /// - Parameter arguments: all but its name.
  init(_ arguments: [String]) throws(Failure) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw Failure(errno) }
    // Neither end is curl's but the one that is made its standard output: should this process be killed, nobody reads.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    output = ends[0]
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    var words = (["curl"] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    let problem = posix_spawnp(&process, "curl", &actions, nil, &words, environ)
    close(ends[1])
    guard problem == 0 else {
      close(output)
      hasEnded = true
      throw Failure(problem)
    }
  }

  deinit { stop() }

  /// Reads what has come.
  /// - Parameter patience: milliseconds to wait for something to come.
  /// - Returns: the number of bytes, 0 at the end, nil if nothing has come.
  func read(into buffer: UnsafeMutableRawBufferPointer, patience: Int32) -> Int? {
    var event = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
    guard poll(&event, 1, patience) > 0 else { return nil }
    return max(0, Descriptor.read(output, into: buffer))
  }

  /// Waits for its end, once nothing comes any more.
  func wait() -> End {
    if hasEnded { return .lost }
    hasEnded = true
    close(output)
    var status: Int32 = 0
    while true {
      let ended = waitpid(process, &status, 0)
      if ended == process { break }
      if ended == -1, errno != EINTR { return .lost }
    }
    let signal = status & 0x7f  // wait(2): 0 if it exited.
    return signal == 0 ? .exited(Int(status >> 8) & 0xff) : .killed(signal: signal)
  }

  /// Ends it, if it has not ended.
  func stop() {
    if hasEnded { return }
    kill(process, SIGTERM)
    _ = wait()
  }
}
