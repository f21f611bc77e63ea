#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the commands need to know about paths.
enum Paths {
  static func isFolder(_ path: String) -> Bool {
    var isFolder = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
  }

  /// Whether reading it ends, as reading a pipe may not.
  static func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// "a/b.jpg" → "b.jpg"
  static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  /// "a/b.tar.JPG" → "jpg"; a leading dot starts no extension.
  static func fileExtension(_ path: String) -> String {
    let name = name(path)
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }

  /// "a/b.tar.JPG" → "a/b.tar"
  static func stem(_ path: String) -> String {
    let suffix = fileExtension(path)
    return suffix.isEmpty ? path : String(path.dropLast(suffix.count + 1))
  }

  /// "a/b.jpg" → "b", "-" → "stdin"
  static func stem(ofNameIn path: String) -> String { path == "-" ? "stdin" : stem(name(path)) }

  /// The path that a name stands for, links followed; the name made absolute if nothing is there.
  static func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

  /// Makes the folder that `path` lies in, with all above it.
  static func makeFolder(containing path: String) throws(CommandFailure) {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
    try makeFolder(String(path[..<slash]))
  }

  static func makeFolder(_ folder: String) throws(CommandFailure) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandFailure("\(folder): cannot make this folder: \(String(cString: strerror(errno)))")
    }
  }
}
