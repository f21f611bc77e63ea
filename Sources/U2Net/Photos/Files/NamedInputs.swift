package import U2NetFiles

/// Files and folders that somebody names, or that a list does.
package struct NamedInputs: Sendable {
  package let arguments: [FilePath]
  /// nil without a list.
  package let listed: [FilePath]?
  private let list: FilePath?

  package init(_ arguments: [FilePath]) { (self.arguments, listed, list) = (arguments, nil, nil) }

  /// - Parameter list: a file of names, "-" for standard input; see `NameList`.
  package init(_ arguments: [FilePath], listedIn list: FilePath?) throws(PipelineError) {
    (self.arguments, self.list) = (arguments, list)
    listed = try list.map { list throws(PipelineError) in try NameList.read(list) }
  }

  /// What was named, the list by its own name.
  var names: [String] { (arguments + [list].compactMap { $0 }).map { "\($0)" } }

  /// Where results of one kind go: to a file, or to a folder where they are several.
  /// - Parameter format: what to write; nil: what the file's name says, PNG in a folder.
  package func destination(
    _ kind: ResultKind, _ path: FilePath, format: ImageFormat?
  ) throws(PipelineError) -> Destination {
    try Destination(kind, path, several: needFolder(at: path), format: format)
  }

  /// Whether results need a folder. One argument that is no folder is one photo; so is a list of one name, or a file that is named
  /// several times, where the output is called like a picture.
  package func needFolder(at output: FilePath) -> Bool {
    let names = arguments + (listed ?? [])
    if names.contains(where: \.isFolder) { return true }
    if arguments.count == 1, listed == nil { return false }
    let isPicture = output == .standardStream || ImageFormat(fileExtension: output.fileExtension) != nil
    return !isPicture || PhotoSearch.count(of: names) > 1
  }
}
