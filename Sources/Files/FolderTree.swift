/// The files in a folder and in the folders below it.
package struct FolderTree {
  /// Names relative to the folder, in the order of their bytes, folder by folder. Pipes and the like are left out.
  package private(set) var files: [FilePath] = []
  /// Hidden files, and folders that were not looked into because they are hidden; named as the files are.
  package private(set) var hidden: [FilePath] = []
  /// Links to folders, which may form loops and are not followed.
  package private(set) var links: [FilePath] = []
  /// Folders that could not be listed.
  package private(set) var failures: [FileError] = []

  private let takesHidden: Bool

  /// - Parameters:
  ///   - takesHidden: whether hidden files are among the others.
  ///   - isExcluded: whether a folder is left out.
  package init(_ root: FilePath, takesHidden: Bool = false, without isExcluded: (FilePath) -> Bool = { _ in false }) {
    self.takesHidden = takesHidden
    search(root, below: FilePath(""), isExcluded)
  }

  private mutating func search(_ folder: FilePath, below relative: FilePath, _ isExcluded: (FilePath) -> Bool) {
    let names: [FilePath]
    do { names = try folder.namesInside() } catch { return failures.append(error) }
    for name in names {
      let path = folder.appending(name.bytes)
      let inside = relative.bytes.isEmpty ? name : relative.appending(name.bytes)
      if name.isHidden, !takesHidden {
        hidden.append(inside)
        continue
      }
      if path.isFolder {
        if path.isLink { links.append(path) } else if !isExcluded(path) { search(path, below: inside, isExcluded) }
      } else if !path.isSpecial {
        files.append(inside)
      }
    }
  }
}

extension FilePath {
  /// Whether a name below a folder is hidden, or lies in a hidden folder there.
  package var isHidden: Bool {
    bytes.split(separator: Self.separator).contains {
      $0.first == UInt8(ascii: ".") && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
    }
  }
}
