import U2NetPlatform

/// What a path leads to, and what its name says of it.
extension FilePath {
  private var mode: mode_t? {
    var status = stat()
    return withCString { stat($0, &status) } == 0 ? status.st_mode & S_IFMT : nil
  }

  /// Links are followed by these.
  package var exists: Bool { mode != nil }
  package var isFolder: Bool { mode == S_IFDIR }
  /// What reading may never end of, or writing would not replace: a pipe, a socket, a device.
  package var isSpecial: Bool { specialKind != nil }

  /// What it is, if it is such a thing.
  package var specialKind: String? {
    switch mode {
    case nil, S_IFDIR, S_IFREG: nil
    case S_IFIFO: "a named pipe"
    case S_IFSOCK: "a socket"
    default: "a device"
    }
  }

  package var isLink: Bool {
    var status = stat()
    return withCString { lstat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFLNK
  }

  /// "a/b.tar.JPG" → "jpg"; a leading dot starts no extension.
  package var fileExtension: String {
    guard let dot = extensionDot else { return "" }
    return String(decoding: bytes[(dot + 1)...], as: UTF8.self).lowercased()
  }

  /// "a/b.tar.JPG" → "a/b.tar"
  package var withoutExtension: FilePath { FilePath(bytes: extensionDot.map { bytes[..<$0] } ?? bytes[...]) }

  private var extensionDot: Int? {
    guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > name.startIndex, dot + 1 < name.endIndex else {
      return nil
    }
    return dot
  }

  /// Bytes in the file, links followed; nil if there is none.
  package var byteCount: Int? {
    var status = stat()
    return withCString { stat($0, &status) } == 0 ? Int(status.st_size) : nil
  }
}
