package import U2NetFiles

/// Files and folders that somebody names, or that a list does.
package struct NamedInputs: Sendable {
  package let arguments: [FilePath]
  /// Those of the list's that are wanted; nil without a list.
  package let listed: [FilePath]?
  private let list: FilePath?
  /// How many names the list has.
  private let listLength: Int

  package init(_ arguments: [FilePath]) { (self.arguments, listed, list, listLength) = (arguments, nil, nil, 0) }

  /// - Parameters:
  ///   - list: a file of names, "-" for standard input; see `NameList`.
  ///   - include: patterns for the list's names, as for a folder's.
  ///   - exclude: patterns for those of them that are left out.
  package init(
    _ arguments: [FilePath], listedIn list: FilePath?, include: [String], exclude: [String]
  ) throws(PipelineError) {
    let names = try list.map { list throws(PipelineError) in try NameList.read(list) }
    let search = PhotoSearch(include: include, exclude: exclude)
    (self.arguments, self.list, listLength) = (arguments, list, names?.count ?? 0)
    listed = names?.filter(search.takes(listed:))
  }

  /// The list's names; a problem where the patterns leave none.
  func addList(to search: inout PhotoSearch) {
    for name in listed ?? [] { search.add(listed: name) }
    guard let list, listed?.isEmpty == true else { return }
    search.add(emptyList: list == .standardStream ? "standard input" : "\(list)", of: listLength)
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

  /// Where masks go, and cut-outs beside them.
  /// - Parameter format: as for one kind. Beside a mask with a name of its own it is that of cut-outs in a folder.
  package func destinations(
    ofMasks path: FilePath, cutouts: (kind: ResultKind, path: FilePath)?, format: ImageFormat?
  ) throws(PipelineError) -> [Destination] {
    let cutouts = try cutouts.map { kind, path throws(PipelineError) in try destination(kind, path, format: format) }
    let several = needFolder(at: path), isNamed = !several && !path.isFolder && !path.endsInSeparator
    let masks = try Destination(
      .mask, path, several: several, format: isNamed && cutouts?.folder != nil ? nil : format)
    return [masks] + [cutouts].compactMap { $0 }
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
