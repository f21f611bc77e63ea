#if canImport(Glibc)
  import Files
  import Glibc

  /// Tells which files in a folder, and in folders below it, have been written and closed, or moved there.
  final class FolderWatch {
    private let descriptor: Int32
    /// Watch → its folder, relative to the one that is watched.
    private var folders: [Int32: FilePath] = [:]
    private let root: FilePath

    init(_ root: FilePath) throws(CommandFailure) {
      self.root = root
      descriptor = inotify_init1(Int32(IN_CLOEXEC))
      guard descriptor >= 0 else { throw Self.failure(root) }
      try add(FilePath(""))
    }

    deinit { close(descriptor) }

    private static func failure(_ folder: FilePath) -> CommandFailure {
      CommandFailure("\(folder): cannot watch this folder: \(String(cString: strerror(errno)))")
    }

    private func absolute(_ relative: FilePath) -> FilePath {
      relative.bytes.isEmpty ? root : root.appending(relative.bytes)
    }

    private func add(_ relative: FilePath) throws(CommandFailure) {
      let folder = absolute(relative)
      let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR)
      let watch = folder.withCString { inotify_add_watch(descriptor, $0, events) }
      guard watch >= 0 else { throw Self.failure(folder) }
      folders[watch] = relative
      for name in (try? folder.namesInside()) ?? [] where name.bytes.first != UInt8(ascii: ".") {
        let inside = relative.bytes.isEmpty ? name : relative.appending(name.bytes)
        if absolute(inside).isFolder, !absolute(inside).isLink { try add(inside) }
      }
    }

    /// Waits for files; returns their names below the folder, or nothing once somebody wants the program to stop.
    func next() throws(CommandFailure) -> [FilePath] {
      var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      while Interruption.requested == nil {
        // A signal between the question and the wait is noticed at the next turn.
        if Glibc.poll(&poll, 1, 500) > 0 { return try read() }
      }
      return []
    }

    private func read() throws(CommandFailure) -> [FilePath] {
      var found: [FilePath] = [], newFolders: [FilePath] = []
      withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 8) { buffer in
        let count = Descriptor.read(descriptor, into: buffer)
        var at = 0
        while at + MemoryLayout<inotify_event>.size <= count {
          let event = buffer.loadUnaligned(fromByteOffset: at, as: inotify_event.self)
          let name = buffer[(at + MemoryLayout<inotify_event>.size)...].prefix(Int(event.len)).prefix { $0 != 0 }
          at += MemoryLayout<inotify_event>.size + Int(event.len)
          guard let folder = folders[event.wd], !name.isEmpty, name.first != UInt8(ascii: ".") else { continue }
          let path = folder.bytes.isEmpty ? FilePath(bytes: name) : folder.appending(name)
          if event.mask & UInt32(IN_ISDIR) != 0 {
            newFolders.append(path)
          } else if event.mask & UInt32(IN_CLOSE_WRITE | IN_MOVED_TO) != 0 {
            found.append(path)
          }
        }
      }
      for folder in newFolders where absolute(folder).isFolder {
        try add(folder)
        // What was written there before the watch began.
        for name in (try? absolute(folder).namesInside()) ?? [] { found.append(folder.appending(name.bytes)) }
      }
      return found
    }
  }
#endif
