package import U2NetFiles

/// Of what is hidden in a folder that is searched: folders, and the files that are pictures by their contents, for beside these
/// there are many others. Names are relative to the folder.
package struct HiddenPictures: Equatable, Sendable {
  package let folder: FilePath
  package let pictures, folders: [FilePath]

  /// - Parameters:
  ///   - hidden: as `FolderTree` has them.
  ///   - isExcluded: names that somebody does not want to hear of.
  package init(_ hidden: [FilePath], in folder: FilePath, without isExcluded: (FilePath) -> Bool = { _ in false }) {
    self.folder = folder
    let names = hidden.filter { !isExcluded($0) && !$0.isUnfinishedPart }
    folders = names.filter { folder.appending($0.bytes).isFolder }
    pictures = names.filter { name in
      let path = folder.appending(name.bytes)
      guard !path.isFolder, !path.isSpecial, let start = path.start(PictureKind.signatureLength) else { return false }
      return PictureKind(start: start) != nil
    }
  }

  /// What there is to say of them.
  /// - Parameter advice: what takes a name, and whether there are several of its kind.
  package func remarks(advice: (_ pattern: String, _ areMany: Bool) -> String = { _, _ in "" }) -> [String] {
    var remarks: [String] = []
    if let first = pictures.first {
      remarks.append(
        "\(folder): \(Self.count(pictures, "hidden picture")) passed over: \(Self.some(pictures))"
          + advice("\(first)", pictures.count > 1))
    }
    if let first = folders.first {
      remarks.append(
        "\(folder): \(Self.count(folders, "hidden folder")) not searched: \(Self.some(folders))"
          + advice("\(first)/*", folders.count > 1))
    }
    return remarks
  }

  private static func count(_ names: [FilePath], _ what: String) -> String {
    "\(names.count) \(what)\(names.count == 1 ? "" : "s")"
  }

  private static func some(_ names: [FilePath]) -> String {
    names.prefix(3).map { "\($0)" }.joined(separator: ", ") + (names.count > 3 ? ", …" : "")
  }
}
