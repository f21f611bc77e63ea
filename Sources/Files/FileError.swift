import U2NetPlatform

/// Why the system would not read or write a file.
package struct FileError: Error, Equatable {
  /// The path as the caller gave it.
  package let path: FilePath
  /// The system's words.
  package let reason: String
  /// Whether the name was to be new, and is another file's.
  package let isOccupied: Bool

  package init(path: FilePath, reason: String, isOccupied: Bool = false) {
    (self.path, self.reason, self.isOccupied) = (path, reason, isOccupied)
  }

  /// The error of the system call before this one.
  init(_ path: FilePath) { self.init(path: path, reason: String(cString: strerror(errno))) }
}
