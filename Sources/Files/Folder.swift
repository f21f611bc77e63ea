import U2NetPlatform

extension FilePath {
  /// What is in a folder, except "." and "..": names, not paths, in order of their bytes.
  package func namesInside() throws(FileError) -> [FilePath] {
    guard let folder = withCString({ opendir($0) }) else { throw FileError(self) }
    defer { closedir(folder) }
    var names: [FilePath] = []
    while true {
      errno = 0
      guard let entry = readdir(folder) else { break }
      let start = UnsafeRawPointer(entry) + MemoryLayout<dirent>.offset(of: \.d_name)!
      let length = strlen(start.assumingMemoryBound(to: CChar.self))
      let name = FilePath(bytes: UnsafeRawBufferPointer(start: start, count: length))
      if name != "." && name != ".." { names.append(name) }
    }
    guard errno == 0 else { throw FileError(self) }
    return names.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  /// Makes the folder that this lies in, with all above it.
  package func makeFolders() throws(FileError) {
    let above = FilePath(bytes: folder.reversed().drop { $0 == Self.separator }.reversed())
    guard !above.bytes.isEmpty, !above.isFolder else { return }
    try above.makeFolders()
    guard above.withCString({ mkdir($0, 0o777) }) == 0 || errno == EEXIST && above.isFolder else {
      throw FileError(path: above, reason: "cannot make this folder: \(String(cString: strerror(errno)))")
    }
  }
}
