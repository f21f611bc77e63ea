internal import U2NetFiles
import U2NetPlatform

/// A download of a file into a part that can be resumed.
///
/// The part is locked for as long as this lives: of two processes that want the same file one waits. What a broken or stalled
/// transfer brought is kept, and the next attempt goes on from there. No server can make the part longer than the file is, or than
/// a file of weights may be if its size is not known.
final class Download {
  let url: String
  /// The file that grows; what is in it already is not fetched again.
  let part: FilePath
  /// Bytes of the whole file, if they are known.
  private let whole: Int?
  /// Bytes that are not exceeded.
  private var most: Int { whole ?? Self.mostUnknown }
  private let isWhole: (FilePath) -> Bool
  private let shouldStop: () -> Bool
  private let remark: (String) -> Void
  private let descriptor: Int32
  private var isKept = true

  /// The largest of the family's files has 179 million.
  private static let mostUnknown = 256 << 20
  /// Attempts in a row that bring nothing.
  private static let mostFutile = 2
  /// Seconds with less than `leastSpeed` bytes a second after which a transfer counts as stalled.
  private static let patience = 15
  private static let leastSpeed = 100
  /// What curl ends with if the server cannot send the rest of a file, if it announces more than `most`, and where another
  /// attempt may do better: a name that was not found, a connection that was refused, a transfer that was cut, that stalled, or
  /// brought nothing.
  private static let cannotResume = 33
  private static let tooLarge = 63
  private static let passing: Set<Int> = [6, 7, 18, 28, 35, 52, 55, 56, 92]
  /// Milliseconds after which somebody who wants it to stop is heard.
  private static let attention: Int32 = 200

  /// Takes the part for this process; waits until no other one has it.
  /// - Parameters:
  ///   - whole: bytes of the file; nil if they are not known.
  ///   - isWhole: whether a part is all of a file of which that is not known by its size.
  ///   - shouldStop: asked several times a second.
  ///   - remark: told what the user should know meanwhile.
  init(
    url: String, whole: Int?, part: FilePath, isWhole: @escaping (FilePath) -> Bool,
    shouldStop: @escaping () -> Bool, remark: @escaping (String) -> Void
  ) throws(PipelineError) {
    (self.url, self.whole, self.part, self.isWhole) = (url, whole, part, isWhole)
    (self.shouldStop, self.remark) = (shouldStop, remark)
    while true {
      let descriptor = part.withCString { open($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o666) }
      guard descriptor >= 0 else { throw Self.unwritable(part) }
      var isWaiting = false
      while flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK || errno == EINTR {
        if !isWaiting { remark("\(part): another process is downloading this; waiting for it") }
        isWaiting = true
        guard !shouldStop() else {
          close(descriptor)
          throw PipelineError("\(url): stopped before the download began")
        }
        usleep(UInt32(Self.attention) * 1000)
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
  func run(otherwise: String?) throws(PipelineError) {
    let ways =
      "You can also fetch the file by other means and run `u2net weights … --from FILE`\(otherwise.map { ", \($0)" } ?? "")"
    if size > most {
      remark("\(part): it is longer than the \(most) bytes of the file; starting anew")
      try startAnew()
    }
    var futile = 0, hasStartedAnew = false
    // All of it may be there: only what came of it is missing.
    while whole.map({ size < $0 }) ?? (size == 0 || !isWhole(part)) {
      let before = size
      let end = try fetch(ways)
      guard case .exited(let code) = end else { throw failure(end, ways) }
      if code == 0 { return }
      if code == Self.tooLarge { throw excess() }
      if code == Self.cannotResume, before > 0, !hasStartedAnew {
        hasStartedAnew = true
        try startAnew()
        continue
      }
      futile = size > before ? 0 : futile + 1
      guard Self.passing.contains(code), futile < Self.mostFutile else { throw failure(end, ways) }
      remark("\(url): the transfer broke off after \(size) bytes (curl's exit code \(code)); going on from there")
      sleep(1)
    }
  }

  private func startAnew() throws(PipelineError) {
    guard ftruncate(descriptor, 0) == 0 else { throw Self.unwritable(part) }
  }

  private var kept: String {
    size > 0 ? "; what arrived is kept in \(part), and the same command resumes the download" : ""
  }

  private func failure(_ end: Curl.End, _ ways: String) -> PipelineError {
    PipelineError("\(url): the download failed (\(end))\(kept). \(ways)")
  }

  private func stopped() -> PipelineError { PipelineError("\(url): the download was stopped\(kept)") }

  /// More came, or is to come, than the file has.
  private func excess() -> PipelineError {
    discard()
    return PipelineError(
      "\(url): this is not the published file: it has \(whole.map { "\($0)" } ?? "at most \(most)") bytes, the server sends more; "
        + "what arrived is deleted")
  }

  private static func unwritable(_ part: FilePath) -> PipelineError {
    PipelineError("\(part): cannot be written: \(String(cString: strerror(errno)))")
  }

  /// One attempt, from where the part ends.
  private func fetch(_ ways: String) throws(PipelineError) -> Curl.End {
    var size = self.size
    // -q first: a .curlrc may say anything.
    var arguments = ["-q", "--fail", "--location", "--continue-at", "\(size)", "--connect-timeout", "20"]
    // Not the rest: a server that cannot go on announces the whole file.
    arguments += ["--max-filesize", "\(most)"]
    // Of answers such as 503. What takes longer, and so all that has brought something, is not repeated from its start by curl
    // but from where it broke off here.
    arguments += ["--retry", "2", "--retry-max-time", "10"]
    arguments += ["--speed-limit", "\(Self.leastSpeed)", "--speed-time", "\(Self.patience)"]
    arguments += isatty(STDERR_FILENO) == 1 ? ["--progress-bar"] : ["--silent", "--show-error"]
    let curl: Curl
    do throws(Curl.Failure) { curl = try Curl(arguments + ["--", url]) } catch {
      throw PipelineError(
        "\(url): cannot run curl (\(error.reason)): install it with `apt-get install curl`. \(ways)")
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer {
      curl.stop()
      buffer.deallocate()
    }
    while true {
      guard let count = curl.read(into: buffer, patience: Self.attention) else {
        if shouldStop() { throw stopped() }
        continue
      }
      if count == 0 {
        let end = curl.wait()
        // Ctrl-C in a terminal is for both.
        if shouldStop() { throw stopped() }
        return end
      }
      guard size + count <= most else { throw excess() }
      guard lseek(descriptor, off_t(size), SEEK_SET) >= 0,
        Descriptor.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: descriptor)
      else { throw Self.unwritable(part) }
      size += count
      if shouldStop() { throw stopped() }
    }
  }
}
