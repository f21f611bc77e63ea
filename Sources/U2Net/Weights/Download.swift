internal import U2NetFiles
import U2NetPlatform

/// A download into a file that can be resumed, done by curl, which knows proxies and certificates.
///
/// The file is locked for as long as this and the curl that it started live: of two processes that want the same file one
/// waits. What a broken or stalled transfer brought is kept, and the next attempt goes on from there.
final class Download {
  private let remark: (String) -> Void
  let url: String
  /// The file that grows; what is in it already is not fetched again.
  let part: FilePath
  private let descriptor: Int32
  private var isKept = true

  /// Attempts in a row that bring nothing.
  private static let mostFutile = 2
  /// Seconds with less than `leastSpeed` bytes a second after which a transfer counts as stalled.
  private static let patience = 15
  private static let leastSpeed = 100
  /// What curl ends with if the server cannot send the rest of a file, and where another attempt may do better: a name that
  /// was not found, a connection that was refused, a transfer that was cut, that stalled, or brought nothing.
  private static let cannotResume = 33
  private static let passing: Set<Int> = [6, 7, 18, 28, 35, 52, 55, 56, 92]

  /// Takes the file for this process; waits until no other one has it.
  /// - Parameter remark: told what the user should know meanwhile.
  init(url: String, part: FilePath, remark: @escaping (String) -> Void) throws(PipelineError) {
    (self.url, self.part, self.remark) = (url, part, remark)
    while true {
      // Not closed in curl: should this process be killed, the lock lives on with it.
      let descriptor = part.withCString { open($0, O_RDWR | O_CREAT, 0o666) }
      guard descriptor >= 0 else {
        throw PipelineError("\(part): cannot be written: \(String(cString: strerror(errno)))")
      }
      if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
        remark("\(part): another process is downloading this; waiting for it")
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
      }
      // Whoever had it may have removed it.
      var mine = stat(), there = stat()
      if fstat(descriptor, &mine) == 0, part.withCString({ stat($0, &there) }) == 0, mine.st_ino == there.st_ino,
        mine.st_dev == there.st_dev
      {
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
  }

  /// Nothing of the file is worth keeping.
  func discard() { isKept = false }

  deinit {
    // While it is locked: nobody else has begun to write to it.
    if !isKept || size == 0 { part.withCString { _ = unlink($0) } }
    close(descriptor)
  }

  private var size: Int { part.byteCount ?? 0 }

  /// - Parameter otherwise: what else the user can do, for the error message.
  func run(otherwise: String) throws(PipelineError) {
    let ways = "You can also fetch the file by other means and run `u2net weights … --from FILE`, \(otherwise)"
    var futile = 0, hasStartedAnew = false
    while true {
      let before = size
      let end = try fetch(ways)
      guard case .exited(let code) = end else { throw failure(end, ways) }
      if code == 0 { return }
      if code == Self.cannotResume, before > 0, !hasStartedAnew {
        hasStartedAnew = true
        guard ftruncate(descriptor, 0) == 0 else { throw failure(end, ways) }
        continue
      }
      futile = size > before ? 0 : futile + 1
      guard Self.passing.contains(code), futile < Self.mostFutile else { throw failure(end, ways) }
      remark("\(url): the transfer broke off after \(size) bytes (curl's exit code \(code)); going on from there")
      sleep(1)
    }
  }

  private func failure(_ end: End, _ ways: String) -> PipelineError {
    let kept = size > 0 ? "; what arrived is kept in \(part), and the same command resumes the download" : ""
    return PipelineError("\(url): the download failed (\(end))\(kept). \(ways)")
  }

  /// How curl ended.
  private enum End: CustomStringConvertible {
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

  private func fetch(_ ways: String) throws(PipelineError) -> End {
    // -q first: a .curlrc may say anything.
    var arguments = ["curl", "-q", "--fail", "--location", "--continue-at", "-", "--connect-timeout", "20"]
    // Of answers such as 503; what takes longer is not repeated from its start here, but from where it broke off.
    arguments += ["--retry", "2", "--retry-max-time", "10"]
    arguments += ["--speed-limit", "\(Self.leastSpeed)", "--speed-time", "\(Self.patience)"]
    arguments += isatty(STDERR_FILENO) == 1 ? ["--progress-bar"] : ["--silent", "--show-error"]
    var words = (arguments + ["--output"]).map { strdup($0) }
    // A name that begins with a dash is no flag.
    let name = part.bytes.first == UInt8(ascii: "-") ? FilePath("./").appending(part.bytes) : part
    words.append(name.withCString { strdup($0) })
    let last: [String] = ["--", url]
    words += last.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var process = pid_t()
    let problem = posix_spawnp(&process, "curl", nil, nil, words, environ)
    guard problem == 0 else {
      throw PipelineError(
        "\(url): cannot run curl (\(String(cString: strerror(problem)))): install it with `apt-get install curl`. \(ways)"
      )
    }
    var status: Int32 = 0
    while true {
      let ended = waitpid(process, &status, 0)
      if ended == process { break }
      if ended == -1, errno != EINTR { return .lost }
    }
    let signal = status & 0x7f  // wait(2): 0 if it exited.
    return signal == 0 ? .exited(Int(status >> 8) & 0xff) : .killed(signal: signal)
  }
}
