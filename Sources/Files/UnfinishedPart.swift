import U2NetPlatform

/// The hidden file that an `AtomicFile` writes to, ".NAME.RANDOM.part". It is locked for as long as somebody writes to it, so
/// that what a process that was killed has left can be told from what another one is writing.
enum UnfinishedPart {
  /// A hidden name in the same folder that no other file has, nor will another process choose.
  static func path(for target: FilePath) -> FilePath {
    let random = String(UInt64.random(in: 0 ... .max), radix: 36)
    return FilePath(bytes: target.folder + ".".utf8 + recognizable(target) + ".\(random).part".utf8)
  }

  /// A folder may allow names no longer than that of the target.
  private static func recognizable(_ target: FilePath) -> ArraySlice<UInt8> {
    target.name.count <= 200 ? target.name : []
  }

  /// Makes the file, locked.
  /// - Returns: its descriptor, or -1 and `errno` says why not.
  static func create(for target: FilePath, mode: mode_t) -> (path: FilePath, descriptor: Int32) {
    while true {
      let path = path(for: target)
      let descriptor = path.withCString { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode) }
      if descriptor < 0 || hold(descriptor) { return (path, descriptor) }
      // Somebody took it for abandoned before it was locked.
      close(descriptor)
    }
  }

  /// Whether the file is there still, once it is locked. Where files cannot be locked nobody removes them.
  private static func hold(_ descriptor: Int32) -> Bool {
    while flock(descriptor, LOCK_EX) != 0 { if errno != EINTR { return true } }
    var status = stat()
    return fstat(descriptor, &status) != 0 || status.st_nlink > 0
  }

  /// The name of the file that a part called `name` is of; nil for what is no part.
  fileprivate static func target(of name: FilePath) -> ArraySlice<UInt8>? {
    let bytes = name.bytes, ending = Array(".part".utf8)
    guard bytes.first == UInt8(ascii: "."), bytes.count > ending.count, bytes.suffix(ending.count).elementsEqual(ending)
    else { return nil }
    let middle = bytes.dropFirst().dropLast(ending.count)
    guard let dot = middle.lastIndex(of: UInt8(ascii: ".")) else { return nil }
    let random = middle[(dot + 1)...], digits = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)
    guard (1...13).contains(random.count), random.allSatisfy(digits.contains) else { return nil }
    return middle[..<dot]
  }

  fileprivate static func removeIfAbandoned(_ path: FilePath) {
    let descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW) }
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    guard FileIdentity(descriptor: descriptor) != nil, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return }
    path.withCString { _ = unlink($0) }
  }

  /// Removes parts of `targets`, which are no links, that no living process writes to.
  static func removeAbandoned(of targets: [FilePath]) {
    for (folder, targets) in Dictionary(grouping: targets, by: { FilePath(bytes: $0.folder) }) {
      let names = Set(targets.map(recognizable))
      for name in (try? (folder.bytes.isEmpty ? "." : folder).namesInside()) ?? [] {
        if let target = target(of: name), names.contains(target) { removeIfAbandoned(folder.appending(name.bytes)) }
      }
    }
  }
}

extension FilePath {
  /// Whether it is called as the files are that an `AtomicFile` has not finished.
  package var isUnfinishedPart: Bool { UnfinishedPart.target(of: FilePath(bytes: name)) != nil }
}
