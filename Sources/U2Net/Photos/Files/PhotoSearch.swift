package import U2NetFiles

/// Collects photos from files, folders and lists.
package struct PhotoSearch {
  /// What a file in a folder is taken for.
  package enum Finding: Equatable {
    /// With its mark, if it is the result of another photo.
    case photo(ResultMark?)
    /// A picture that cannot be read, and why.
    case unreadable(String)
    /// No picture, or not wanted.
    case other
  }

  /// A picture that cannot be read: it has no result.
  package struct Unreadable: Equatable, Sendable {
    package let photo: Photo
    package let reason: String
  }

  /// A picture that is passed over because it is hidden.
  package struct Hidden: Equatable, Sendable {
    package let photo: Photo
    package let remark: String
  }

  package let include: [String]
  package let exclude: [String]
  /// Folders that are not searched.
  private let outputs: Set<FilePath>
  package private(set) var photos: [Photo] = []
  package private(set) var unreadable: [Unreadable] = []
  /// What went wrong on the way.
  package internal(set) var problems: [String] = []
  /// What the user should know all the same.
  package private(set) var remarks: [String] = []
  /// Hidden pictures that are passed over, and what takes them.
  package private(set) var hidden: [Hidden] = []
  /// Which input each file came with.
  private var seen: [FileIdentity: Int] = [:]
  private var inputs = 0

  /// - Parameters:
  ///   - include: shell patterns for names below a folder that are taken; none: all.
  ///   - exclude: those that are left out.
  ///   - outputs: folders for results, which are not searched where they lie in a folder of photos.
  package init(include: [String] = [], exclude: [String] = [], outputs: [FilePath] = []) {
    self.include = include
    self.exclude = exclude
    self.outputs = Set(outputs.map(\.resolved))
  }

  /// A file, or all photos below a folder; there the tree is kept.
  package mutating func add(_ path: FilePath) {
    inputs += 1
    if path == .standardStream {
      photos.append(Photo(path: path, stem: "stdin"))
    } else if path.isFolder {
      search(path)
    } else {
      add(named: Photo(path: path, stem: FilePath(bytes: path.name).withoutExtension))
    }
  }

  /// A file of a list, whose folders are kept.
  package mutating func add(listed path: FilePath) {
    guard path != .standardStream else { return add(listed: "./-") }
    guard !path.isFolder else { return add(path) }
    inputs += 1
    let parts = path.bytes.split(separator: FilePath.separator).filter { !$0.elementsEqual(".".utf8) }
    let leadsUp = parts.contains { $0.elementsEqual("..".utf8) }
    let stem = leadsUp ? FilePath(bytes: path.name) : FilePath(bytes: parts.joined(separator: [FilePath.separator]))
    add(named: Photo(path: path, stem: stem.withoutExtension))
  }

  /// A file that is named twice, in whatever way, is one photo.
  private mutating func add(named photo: Photo) {
    guard isNew(photo.path) else {
      return remarks.append("\(photo.source): given more than once, done once")
    }
    // What is read once only, a pipe, is not looked at before.
    switch photo.path.isSpecial ? .photo(nil) : Self.finding(photo.path) {
    case .unreadable(let reason):
      unreadable.append(Unreadable(photo: photo, reason: "\(photo.source): \(reason)"))
    case .photo(let mark): photos.append(Photo(path: photo.path, stem: photo.stem, mark: mark))
    case .other: photos.append(photo)
    }
  }

  /// How many files the names are of: a file that is named twice, in whatever way, is one.
  package static func count(of names: [FilePath]) -> Int {
    let files = names.map(FileIdentity.init)
    return Set(files.compactMap { $0 }).count + Set(zip(names, files).filter { $1 == nil }.map(\.0)).count
  }

  /// Whether no other input had this file. Within a folder each name is a photo of its own, links, too.
  private mutating func isNew(_ path: FilePath) -> Bool {
    guard let file = FileIdentity(path) else { return true }
    let first = seen[file] ?? inputs
    seen[file] = first
    return first == inputs
  }

  package static func finding(_ path: FilePath) -> Finding {
    switch PictureFinding(path) {
    case .picture: .photo(ResultMark(file: path))
    case .unreadable(let reason): .unreadable(reason)
    case .other: .other
    }
  }

  /// Whether a folder is one for results.
  package func isOutput(_ folder: FilePath) -> Bool { outputs.contains(folder.resolved) }

  private mutating func search(_ folder: FilePath) {
    var ownFolders: [FilePath] = []
    let tree = FolderTree(folder, takesHidden: wantsHidden) { path in
      guard isOutput(path) else { return false }
      ownFolders.append(path)
      return true
    }
    problems += tree.failures.map { "\($0.path): cannot list this folder: \($0.reason)" }
    remarks += tree.links.map { "\($0): a link to a folder, not followed" }
    let its = hidden(tree.hidden, in: folder)
    remarks += its.remarks
    hidden += its.pictures
    var found = 0, results = 0, others = 0
    for relative in tree.files + tree.specials where wants(relative) {
      let path = folder.appending(relative.bytes)
      switch Self.finding(path) {
      case .photo(let mark):
        if mark == nil { found += 1 } else { results += 1 }
        guard isNew(path) else { continue }
        photos.append(Photo(path: path, stem: relative.withoutExtension, isNamed: false, mark: mark))
      case .unreadable(let reason):
        found += 1
        let photo = Photo(path: path, stem: relative.withoutExtension, isNamed: false)
        unreadable.append(Unreadable(photo: photo, reason: "\(path): \(reason)"))
      case .other: others += 1
      }
    }
    for own in ownFolders { remark(onPhotosIn: own) }
    if let reason = remark(onPatternsFor: tree.files) {
      problems.append("\(folder): \(reason)")
    } else if found == 0, tree.failures.isEmpty {
      let rest = [
        results > 0 ? "\(results) result\(results == 1 ? "" : "s") of u2net's (photos only where they are named)" : nil,
        others > 0 ? "\(others) other file\(others == 1 ? "" : "s")" : nil,
      ].compactMap { $0 }
      problems.append(
        "\(folder): no \(results > 0 ? "photos" : "JPEG, PNG or WebP file") in this folder"
          + (rest.isEmpty ? "" : ", only \(rest.joined(separator: ", and "))"))
    }
  }

  /// What lies in a folder for results and is none, as far as marks tell, is not passed over without a word.
  private mutating func remark(onPhotosIn folder: FilePath) {
    let pictures = FolderTree(folder).files.filter {
      wants($0) && Self.finding(folder.appending($0.bytes)) == .photo(nil)
    }
    guard let first = pictures.first else { return }
    remarks.append(
      "\(folder.appending(first.bytes))\(pictures.count > 1 ? " and \(pictures.count - 1) more" : ""): in a folder for results,"
        + " not taken for \(pictures.count > 1 ? "photos" : "a photo")")
  }
}
