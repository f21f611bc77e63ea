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

  /// What there is to say about hidden files and folders that are passed over, and the pictures among them.
  /// - Parameter hidden: names below `folder`.
  func hidden(_ hidden: [FilePath], in folder: FilePath) -> (remarks: [String], pictures: [Hidden]) {
    let found = HiddenPictures(hidden, in: folder) { name in
      exclude.contains { name.matches($0) || (name + "/").matches($0) }
    }
    let remarks = found.remarks { pattern, areMany in
      let those = pattern.hasSuffix("/*") ? "what is in " : ""
      return "; --include '\(pattern)' takes \(those)\(areMany ? "that one" : "it")"
    }
    let pictures = found.pictures.map { name in
      Hidden(
        photo: Photo(path: folder.appending(name.bytes), stem: name.withoutExtension, isNamed: false),
        remark: "hidden, and passed over; --include '\(name)' takes it")
    }
    return (remarks, pictures)
  }

  /// Whether a name of a list is taken: folders are looked into, files must match. Hidden ones count as any other there, for
  /// somebody has named them.
  package func takes(listed path: FilePath) -> Bool {
    if path.isFolder { return true }
    let parts = path.bytes.split(separator: FilePath.separator).filter { !$0.elementsEqual(".".utf8) }
    let isAbsolute = path.bytes.first == FilePath.separator
    let name = FilePath(
      bytes: (isAbsolute ? [FilePath.separator] : []) + Array(parts.joined(separator: [FilePath.separator])))
    return (include.isEmpty || include.contains(where: name.matches)) && !exclude.contains(where: name.matches)
  }

  /// The patterns leave nothing of the names in a list.
  package mutating func add(emptyList list: String, of count: Int) {
    guard count > 0 else { return }
    problems.append(
      "\(list): \(patterns)" + (count == 1 ? " nothing of the only name" : " none of the \(count) names")
        + " in this list")
  }

  /// As the command line has them, and what they do.
  private var patterns: String {
    let patterns = include.map { "--include '\($0)'" } + exclude.map { "--exclude '\($0)'" }
    return patterns.joined(separator: ", ") + (patterns.count == 1 ? " leaves" : " leave")
  }

  /// Why there is nothing to do in a folder, if it is for the patterns.
  /// - Parameter files: all that are in it, by their names below it.
  func remark(onPatternsFor files: [FilePath]) -> String? {
    guard !(include.isEmpty && exclude.isEmpty), !files.isEmpty, !files.contains(where: wants) else { return nil }
    return patterns
      + (files.count == 1 ? " nothing of the only file" : " none of the \(files.count) files") + " in this folder"
  }
}
