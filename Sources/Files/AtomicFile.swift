import U2NetPlatform

/// A file that appears under its name complete or not at all.
///
/// Bytes go to a hidden file in the same folder (renaming works only within a file system), which `commit` gives the
/// name; without `commit` it is removed. Only a process that is killed leaves it behind, for `removeAbandoned`, unless by a
/// signal whose handler calls `UnfinishedFiles.removeAll`. A file that takes another's place keeps what people set on it
/// (`FileTraits`); a new one is as the umask says.
///
/// What exists and is not a regular file (a device, a pipe), or is one of the process's own descriptors
/// (`/dev/stdout`), is not replaced but written to.
package struct AtomicFile: ~Copyable {
  private let name: FilePath
  private var descriptor: Int32
  /// Where the bytes are until `commit`, and where they go; nil if they go there at once.
  private var renaming: (from: FilePath, to: FilePath)?
  /// Which of the unfinished files this one is.
  private var slot: Int?

  /// Links are followed. A file that may not be written to is not replaced either.
  package init(_ name: FilePath) throws(FileError) {
    let target = name.linkTarget
    var renaming: (from: FilePath, to: FilePath)?, slot: Int?
    let descriptor: Int32
    var status = stat()
    let exists = name.withCString { stat($0, &status) } == 0
    if let number = target.descriptorNumber {
      descriptor = dup(number)
    } else if exists && status.st_mode & S_IFMT != S_IFREG {
      descriptor = name.withCString { open($0, O_WRONLY | O_CLOEXEC) }
    } else {
      guard !exists || name.withCString({ access($0, W_OK) }) == 0 else { throw FileError(name) }
      // Not mkstemp: it makes files that only their owner may read, whatever the umask says. What replaces a file is that
      // owner's alone until it has the old one's mode.
      let mode: mode_t = exists ? 0o600 : 0o666
      let temporary: FilePath
      (temporary, descriptor, slot) = UnfinishedPart.create(for: target, mode: mode)
      if descriptor >= 0, exists { FileTraits.copy(from: target, status, to: descriptor) }
      renaming = (temporary, target)
    }
    guard descriptor >= 0 else {
      let error = FileError(name)
      if let slot { UnfinishedFiles.forget(slot) }
      throw error
    }
    self.name = name
    self.slot = slot
    self.descriptor = descriptor
    self.renaming = renaming
  }

  package mutating func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    guard Descriptor.write(bytes, to: descriptor) else { throw FileError(name) }
  }

  /// Gives the file its name; call once, last.
  ///
  /// - Parameters:
  ///   - replacing: whether it takes the place of a file of this name; otherwise one that has come meanwhile is an error
  ///     (`isOccupied`), and stays.
  ///   - durably: whether to wait until the bytes and the name are on the disk. Without that, a power failure soon
  ///     after may leave an empty file, or the old one; a process that dies never does.
  package mutating func commit(replacing: Bool = true, durably: Bool = false) throws(FileError) {
    if durably, renaming != nil, fsync(descriptor) != 0 { throw FileError(name) }
    // Its lock is held until it has its name.
    let lock = renaming == nil ? -1 : dup(descriptor)
    defer { if lock >= 0 { close(lock) } }
    // A disk may say only now that it is full.
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0 else { throw FileError(name) }
    guard let (from, to) = renaming else { return }
    if replacing { try Self.give(to, to: from, name) } else { try Self.giveNew(to, to: from, name) }
    renaming = nil
    if durably, !to.folderIsSynced() { throw FileError(name) }
  }

  private static func give(_ to: FilePath, to from: FilePath, _ name: FilePath) throws(FileError) {
    guard from.withCString({ from in to.withCString { rename(from, $0) } }) == 0 else { throw FileError(name) }
  }

  /// A second name, and then only that: who comes first has it, whichever process that is.
  private static func giveNew(_ to: FilePath, to from: FilePath, _ name: FilePath) throws(FileError) {
    let occupied = FileError(path: name, reason: "another file has come to be there meanwhile", isOccupied: true)
    if from.withCString({ from in to.withCString { link(from, $0) } }) == 0 {
      from.withCString { _ = unlink($0) }
      return
    }
    guard errno != EEXIST else { throw occupied }
    // Some file systems have no second names.
    var status = stat()
    guard to.withCString({ lstat($0, &status) }) != 0 else { throw occupied }
    try give(to, to: from, name)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if let renaming { renaming.from.withCString { _ = unlink($0) } }
    if let slot { UnfinishedFiles.forget(slot) }
  }

  /// Removes what processes that were killed have left of these files, and nothing that a living one is writing.
  package static func removeAbandoned(of files: [FilePath]) {
    UnfinishedPart.removeAbandoned(of: files.map(\.linkTarget))
  }
}

extension FilePath {
  /// Whether it names the process's standard output: "-", or its descriptor.
  package var isStandardOutput: Bool { self == "-" || descriptorNumber == STDOUT_FILENO }

  /// Waits until the names in the file's folder are on the disk; otherwise `errno` says why not.
  fileprivate func folderIsSynced() -> Bool {
    let folder = folder.isEmpty ? "." : FilePath(bytes: folder)
    let descriptor = folder.withCString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    // A folder that may be written to but not listed cannot be opened, and some file systems sync no folders.
    guard descriptor >= 0 else { return errno == EACCES }
    defer { close(descriptor) }
    return fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP
  }

  /// Where a link, or a chain of them, leads: maybe to nothing yet.
  fileprivate var linkTarget: FilePath {
    var path = self
    for _ in 0..<40 {
      if path.descriptorNumber != nil { break }
      guard let target = path.linked else { break }
      path = target.bytes.first == Self.separator ? target : FilePath(bytes: path.folder + target.bytes)
    }
    return path
  }

  /// The process's descriptor that the path names. Opened by its path, a file that it is redirected to would be written
  /// from its start, or replaced.
  fileprivate var descriptorNumber: Int32? {
    let names = ["/dev/stdout": STDOUT_FILENO, "/dev/stderr": STDERR_FILENO]
    if let number = names[description] { return number }
    guard ["/dev/fd/", "/proc/self/fd/"].contains(where: { folder.elementsEqual($0.utf8) }) else { return nil }
    return Int32(String(decoding: name, as: UTF8.self))
  }
}
