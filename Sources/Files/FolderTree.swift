/// The files in a folder and in the folders below it.
package struct FolderTree {
  /// Names relative to the folder, in the order of their bytes, folder by folder. Hidden files are left out.
  package private(set) var files: [FilePath] = []
  /// Pipes, sockets and devices, named as the files are.
  package private(set) var specials: [FilePath] = []
  /// Links to folders, which may form loops and are not followed.
  package private(set) var links: [FilePath] = []
  /// Folders that could not be listed.
  package private(set) var failures: [FileError] = []

  /// - Parameter isExcluded: whether a folder is left out.
  package init(_ root: FilePath, without isExcluded: (FilePath) -> Bool = { _ in false }) {
    search(root, below: FilePath(""), isExcluded)
  }

  private mutating func search(_ folder: FilePath, below relative: FilePath, _ isExcluded: (FilePath) -> Bool) {
    let names: [FilePath]
    do { names = try folder.namesInside() } catch { return failures.append(error) }
    for name in names where name.bytes.first != UInt8(ascii: ".") {
      let path = folder.appending(name.bytes)
      let inside = relative.bytes.isEmpty ? name : relative.appending(name.bytes)
      if path.isFolder {
        if path.isLink { links.append(path) } else if !isExcluded(path) { search(path, below: inside, isExcluded) }
      } else if path.isSpecial {
        specials.append(inside)
      } else {
        files.append(inside)
      }
    }
  }
}
