import U2NetPlatform

/// Files that a program reads, and those that it writes beside its results: no result may take the place of one.
///
/// A file is known by what it is and not by its name, so links of both kinds are seen through; one that is not there yet is
/// known by where it will be.
package struct FilesInUse: Sendable {
  private struct Use {
    let path: FilePath
    let what: String
  }

  private var files: [FileIdentity: Use] = [:]
  private var places: [FilePath: String] = [:]

  package init() {}

  /// - Parameters:
  ///   - path: "-" is standard input, which may be a file.
  ///   - what: what messages call it.
  package mutating func add(_ path: FilePath, as what: String) {
    let path = path.withoutDetours, isStream = path == .standardStream
    if let file = isStream ? FileIdentity(descriptor: STDIN_FILENO) : FileIdentity(path) {
      files[file] = files[file] ?? Use(path: path, what: what)
    } else if !isStream {
      places[path.resolved] = what
    }
  }

  /// - Parameter path: a file that is written beside results; "-" is standard output.
  package mutating func add(output path: FilePath, as what: String) {
    guard path == .standardStream else { return add(path, as: what) }
    if let file = FileIdentity(descriptor: STDOUT_FILENO) { files[file] = files[file] ?? Use(path: path, what: what) }
  }

  /// What a result in `output` would replace, or be added to. What is no regular file is not replaced.
  /// - Parameter output: "-" is standard output.
  package func use(of output: FilePath) -> String? {
    let output = output.withoutDetours, isStream = output == .standardStream
    guard isStream || !output.isSpecial else { return nil }
    if let file = isStream ? FileIdentity(descriptor: STDOUT_FILENO) : FileIdentity(output), let use = files[file],
      // The file may have gone since then, and its number been given to another.
      use.path == .standardStream || FileIdentity(use.path) == file
    {
      return use.what
    }
    return isStream ? nil : places[output.resolved]
  }
}

extension FilePath {
  /// Standard input or output, where a file is expected.
  package static let standardStream: FilePath = "-"
}
