package import U2NetFiles
import U2NetImageFiles

/// The pictures of a data set's folder, and of folders below it: what is called as JPEG, PNG and WebP files are, or is one.
public struct PictureFolder: Equatable, Sendable {
  /// In the order of their names' bytes, folder by folder.
  public let files: [Pairing.File]
  /// A line for each picture that cannot be read, with the reason.
  public let unreadable: [String]
  /// What is passed over because it is hidden.
  public let remarks: [String]

  /// The pictures in a folder and below it.
  /// - Throws: `folder` if there are no pictures, if a folder cannot be listed, or is a link, which may lead back to itself.
  public init(_ folder: String) throws(EvaluationError) { try self.init(FilePath(folder)) }

  /// As `init(_:)` of a `String`, for names that need not be UTF-8.
  package init(_ root: FilePath) throws(EvaluationError) {
    guard root.isFolder else { throw .folder(path: "\(root)", reason: "no such folder") }
    let tree = FolderTree(root)
    if let failure = tree.failures.first {
      throw .folder(path: "\(failure.path)", reason: "cannot list this folder: \(failure.reason)")
    }
    if let link = tree.links.first {
      throw .folder(path: "\(link)", reason: "a link to a folder, which is not followed")
    }
    var files: [Pairing.File] = [], unreadable: [String] = []
    for name in tree.files + tree.specials {
      let path = root.appending(name.bytes)
      switch PictureFinding(path) {
      case .picture: files.append(Pairing.File(stem: name.withoutExtension, file: path))
      case .unreadable(let reason): unreadable.append("\(path): \(reason)")
      case .other: break
      }
    }
    remarks = HiddenPictures(tree.hidden, in: root).remarks()
    guard !files.isEmpty else {
      let others = ([unreadable.first].compactMap { $0 } + remarks).joined(separator: "; ")
      let more = unreadable.count > 1 ? " (and \(unreadable.count - 1) more)" : ""
      throw .folder(
        path: "\(root)",
        reason: "no JPEG, PNG or WebP file in this folder" + (others.isEmpty ? "" : ", but \(others)\(more)"))
    }
    (self.files, self.unreadable) = (files, unreadable)
  }
}
