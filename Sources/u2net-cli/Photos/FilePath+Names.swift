import Files

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the commands need to know about paths.
extension FilePath {
  static let standardStream: FilePath = "-"

  var endsInSeparator: Bool { bytes.last == Self.separator }

  static func + (path: FilePath, suffix: String) -> FilePath { FilePath(bytes: path.bytes + suffix.utf8) }

  /// The path that the name stands for, links followed; for what is not there yet that of its folder, and the name.
  var resolved: FilePath {
    if let real = realPath { return real }
    let above = folder.isEmpty ? FilePath(".") : FilePath(bytes: folder)
    return above.realPath.map { $0.appending(name) } ?? self
  }

  private var realPath: FilePath? {
    guard let real = withCString({ realpath($0, nil) }) else { return nil }
    defer { free(real) }
    return FilePath(bytes: UnsafeRawBufferPointer(start: real, count: strlen(real)))
  }

  /// Makes the folder that this lies in, with all above it.
  func makeFolder() throws(CommandFailure) {
    let above = FilePath(bytes: folder.reversed().drop { $0 == Self.separator }.reversed())
    guard !above.bytes.isEmpty, !above.isFolder else { return }
    try above.makeFolder()
    guard above.withCString({ mkdir($0, 0o777) }) == 0 || errno == EEXIST && above.isFolder else {
      throw CommandFailure("\(above): cannot make this folder: \(String(cString: strerror(errno)))")
    }
  }

  /// Whether a shell's pattern matches; `*` matches separators, too.
  func matches(_ pattern: String) -> Bool { withCString { fnmatch(pattern, $0, 0) } == 0 }
}
