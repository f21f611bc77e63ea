package import U2NetFiles
import U2NetPlatform

/// Tells when files that are being written, copied or downloaded are whole: a file is still when nobody has it open for
/// writing, and its size and time have not changed for a while. What is empty is not there yet.
package struct StillFiles {
  /// What changes when a file does.
  package struct State: Equatable, Sendable {
    let device, inode: UInt64
    package let size: Int
    let seconds, nanoseconds: Int

    /// nil if there is no such file, or no regular one.
    package init?(_ path: FilePath) {
      var status = stat()
      guard path.withCString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
      size = Int(status.st_size)
      #if os(Linux)
        (seconds, nanoseconds) = (Int(status.st_mtim.tv_sec), Int(status.st_mtim.tv_nsec))
      #else
        (seconds, nanoseconds) = (Int(status.st_mtimespec.tv_sec), Int(status.st_mtimespec.tv_nsec))
      #endif
    }

    /// Whether the last change was longer ago than this, by the system's clock.
    func isOlder(than age: Duration) -> Bool {
      var now = timespec()
      clock_gettime(CLOCK_REALTIME, &now)
      let past = Duration.seconds(Int(now.tv_sec) - seconds) + .nanoseconds(Int(now.tv_nsec) - nanoseconds)
      return past > age
    }
  }

  private struct Waiting {
    var state: State?
    /// Since when it has been so; nil: for longer than anybody waits.
    var since: ContinuousClock.Instant?
  }

  /// How long a file must be still, and how long where nobody can tell whether it is open.
  private let pause, longPause: Duration
  private var waiting: [FilePath: Waiting] = [:]
  /// Files that have been handed out, as they were then.
  private var taken: [FilePath: State] = [:]
  /// Files without contents, whose writing will be told.
  package private(set) var empty: Set<FilePath> = []

  package init(pause: Duration = .milliseconds(300), longPause: Duration = .seconds(2)) {
    self.pause = pause
    self.longPause = longPause
  }

  /// Files that are not still yet.
  package var pending: [FilePath] { Array(waiting.keys) }

  /// A file was found, or something was done to it.
  package mutating func touch(_ path: FilePath, at now: ContinuousClock.Instant = .now) {
    let state = State(path)
    guard state != nil || path.isLink else { return forget(path) }
    guard waiting[path] == nil, state == nil || taken[path] != state else { return }
    empty.remove(path)
    let isOld = state?.isOlder(than: longPause) ?? false
    waiting[path] = Waiting(state: state, since: isOld ? nil : now)
  }

  private mutating func forget(_ path: FilePath) {
    waiting[path] = nil
    taken[path] = nil
    empty.remove(path)
  }

  /// The files that have become still, in the order of their names; each is told once, until it changes.
  /// - Parameter isBusy: files that are to wait.
  package mutating func take(
    at now: ContinuousClock.Instant = .now, unless isBusy: (FilePath) -> Bool = { _ in false }
  ) -> [FilePath] {
    var still: [FilePath] = []
    for (path, old) in waiting where !isBusy(path) {
      guard let state = State(path) else {
        // A link to what is not there yet waits for it.
        if path.isLink { waiting[path] = Waiting(state: nil, since: now) } else { forget(path) }
        continue
      }
      guard state == old.state else {
        waiting[path] = Waiting(state: state, since: now)
        continue
      }
      let time = old.since.map { now - $0 } ?? longPause
      guard time >= pause else { continue }
      if state.size == 0 {
        // Nobody tells of what is written through another name.
        guard !path.isLink, !path.hasOtherNames else { continue }
        waiting[path] = nil
        taken[path] = state
        empty.insert(path)
        continue
      }
      switch path.isOpenForWriting {
      case true?: continue
      case nil where time < longPause: continue
      default:
        waiting[path] = nil
        taken[path] = state
        still.append(path)
      }
    }
    return still.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }
}

extension FilePath {
  /// Whether there are hard links to the file.
  fileprivate var hasOtherNames: Bool {
    var status = stat()
    return withCString { lstat($0, &status) } == 0 && status.st_nlink > 1
  }

  /// Whether some process has the file open for writing; nil if the system does not say.
  ///
  /// Linux grants a read lease only while nobody has: fcntl(2), F_SETLEASE. It is given back at once.
  fileprivate var isOpenForWriting: Bool? {
    #if os(Linux)
      let descriptor = withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
      guard descriptor >= 0 else { return nil }
      defer { close(descriptor) }
      let setLease = Int32(1024)
      if fcntl(descriptor, setLease, Int32(F_RDLCK)) == 0 {
        _ = fcntl(descriptor, setLease, Int32(F_UNLCK))
        return false
      }
      return errno == EAGAIN ? true : nil
    #else
      return nil
    #endif
  }
}
