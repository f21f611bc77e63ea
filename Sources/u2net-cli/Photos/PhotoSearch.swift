import Files

/// Collects photos from files, folders and lists.
struct PhotoSearch {
  /// Extensions of files in folders that are taken for photos.
  static let extensions: Set<String> = ["jpg", "jpeg", "png", "webp"]

  let include: [String]
  let exclude: [String]
  /// Folders that are not searched.
  let outputs: Set<FilePath>
  private(set) var photos: [Photo] = []
  /// What went wrong on the way.
  private(set) var problems: [String] = []

  init(include: [String] = [], exclude: [String] = [], outputs: Set<FilePath> = []) {
    self.include = include
    self.exclude = exclude
    self.outputs = outputs
  }

  /// A file, or all photos below a folder; there the tree is kept.
  mutating func add(_ path: FilePath) {
    if path == .standardStream {
      photos.append(Photo(path: path, stem: "stdin"))
    } else if path.isFolder {
      let before = photos.count, problemsBefore = problems.count
      search(path)
      if photos.count == before, problems.count == problemsBefore {
        problems.append("\(path): no JPEG, PNG or WebP file in this folder")
      }
    } else {
      photos.append(Photo(path: path, stem: FilePath(bytes: path.name).withoutExtension))
    }
  }

  /// A file of a list, whose folders are kept.
  mutating func add(listed path: FilePath) {
    guard path != .standardStream else { return add(listed: "./-") }
    guard !path.isFolder else { return add(path) }
    let parts = path.bytes.split(separator: FilePath.separator).filter { !$0.elementsEqual(".".utf8) }
    let leadsUp = parts.contains { $0.elementsEqual("..".utf8) }
    let stem = leadsUp ? FilePath(bytes: path.name) : FilePath(bytes: parts.joined(separator: [FilePath.separator]))
    photos.append(Photo(path: path, stem: stem.withoutExtension))
  }

  /// Whether a file that appears in a folder is wanted.
  /// - Parameter relative: its name below that folder.
  func wants(_ relative: FilePath) -> Bool {
    relative.name.first != UInt8(ascii: ".") && Self.extensions.contains(relative.fileExtension)
      && (include.isEmpty || include.contains(where: relative.matches)) && !exclude.contains(where: relative.matches)
  }

  /// Whether a file lies in a folder for results.
  func isInOutput(_ path: FilePath) -> Bool {
    let resolved = path.resolved
    return outputs.contains { resolved.bytes.starts(with: $0.bytes + [FilePath.separator]) }
  }

  private mutating func search(_ folder: FilePath) {
    let tree = FolderTree(folder) { outputs.contains($0.resolved) }
    problems += tree.failures.map { "\($0.path): cannot list this folder: \($0.reason)" }
    for link in tree.links { note("\(link): a link to a folder, not followed") }
    photos += tree.files.filter(wants).map { Photo(path: folder.appending($0.bytes), stem: $0.withoutExtension) }
  }
}
