package import U2NetFiles

// What a search of folders passes over, and what it says of that.

extension PhotoSearch {
  /// Whether a file in a folder is looked at, by its name alone. Hidden ones, whose names or folders' names begin with a dot,
  /// only if a pattern asks for them; files that are not finished never.
  /// - Parameter relative: its name below that folder.
  package func wants(_ relative: FilePath) -> Bool {
    let patterns = relative.isHidden ? include.filter(Self.asksForHidden) : include
    return (include.isEmpty && !relative.isHidden || patterns.contains(where: relative.matches))
      && !exclude.contains(where: relative.matches) && !relative.isUnfinishedPart
  }

  /// Whether a pattern asks for hidden files.
  package var wantsHidden: Bool { include.contains(where: Self.asksForHidden) }

  private static func asksForHidden(_ pattern: String) -> Bool { FilePath(pattern).isHidden }

  /// What there is to say about hidden files and folders that were passed over. Of files those count that are pictures by
  /// their contents: beside photos there are many others.
  /// - Parameter hidden: names below `folder`.
  func remarksOnHidden(_ hidden: [FilePath], in folder: FilePath) -> [String] {
    let names = hidden.filter { name in
      !exclude.contains { name.matches($0) || (name + "/").matches($0) } && !name.isUnfinishedPart
    }
    let folders = names.filter { folder.appending($0.bytes).isFolder }
    let pictures = names.filter { name in
      let path = folder.appending(name.bytes)
      guard !path.isFolder, !path.isSpecial, let start = path.start(PictureKind.signatureLength) else { return false }
      return PictureKind(start: start) != nil
    }
    var remarks: [String] = []
    if let first = pictures.first {
      remarks.append(
        "\(folder): \(Self.count(pictures, "hidden picture")) passed over: \(Self.some(pictures));"
          + " --include '\(first)' takes \(pictures.count == 1 ? "it" : "that one")")
    }
    if let first = folders.first {
      remarks.append(
        "\(folder): \(Self.count(folders, "hidden folder")) not searched: \(Self.some(folders));"
          + " --include '\(first)/*' takes what is in \(folders.count == 1 ? "it" : "that one")")
    }
    return remarks
  }

  private static func count(_ names: [FilePath], _ what: String) -> String {
    "\(names.count) \(what)\(names.count == 1 ? "" : "s")"
  }

  private static func some(_ names: [FilePath]) -> String {
    names.prefix(3).map { "\($0)" }.joined(separator: ", ") + (names.count > 3 ? ", …" : "")
  }

  /// Why there is nothing to do in a folder, if it is for the patterns.
  /// - Parameter files: all that are in it, by their names below it.
  func remark(onPatternsFor files: [FilePath]) -> String? {
    guard !(include.isEmpty && exclude.isEmpty), !files.isEmpty, !files.contains(where: wants) else { return nil }
    let patterns = include.map { "--include '\($0)'" } + exclude.map { "--exclude '\($0)'" }
    return patterns.joined(separator: ", ") + (patterns.count == 1 ? " leaves" : " leave")
      + (files.count == 1 ? " nothing of the only file" : " none of the \(files.count) files") + " in this folder"
  }
}
