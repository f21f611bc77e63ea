#if os(Linux)
  package import U2NetFiles
  import Glibc

  /// Tells which files in a folder, and in folders below it, have come or been written.
  ///
  /// Each folder is watched first and listed then, so that nothing can come unseen between the two; after the kernel lost
  /// count everything is listed again.
  package final class FolderWatch {
    package struct Changes {
      /// Names below the folder; what became of them is to be seen.
      package var files: Set<FilePath> = []
      /// Folders that cannot be watched or listed.
      package var problems: [String] = []
      package var remarks: [String] = []
      /// Hidden files, and folders that are not watched because they are hidden, that were listed.
      package var hidden: [FilePath] = []
      /// Whether the folder itself is there no longer.
      package var isGone = false
    }

    private let root: FilePath
    private let takesHidden: Bool
    private let isExcluded: (FilePath) -> Bool
    private let descriptor: Int32
    /// Watch → its folder, relative to the one that is watched.
    private var folders: [Int32: FilePath] = [:]
    private var rootWatch: Int32 = -1
    /// Folders and links that have been told of.
    private var told: Set<FilePath> = []

    /// - Parameters:
    ///   - takesHidden: whether hidden files and folders are watched, too.
    ///   - isExcluded: folders below that are not watched.
    package init(
      _ root: FilePath, takesHidden: Bool = false, without isExcluded: @escaping (FilePath) -> Bool
    ) throws(PipelineError) {
      self.root = root
      self.takesHidden = takesHidden
      self.isExcluded = isExcluded
      descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
      guard descriptor >= 0 else { throw PipelineError(Self.failure(root)) }
      rootWatch = add("")
      guard rootWatch >= 0 else { throw PipelineError(Self.failure(root)) }
    }

    deinit { close(descriptor) }

    private static func failure(_ folder: FilePath) -> String {
      let isFull = errno == ENOSPC
      return "\(folder): cannot watch this folder: \(String(cString: strerror(errno)))"
        + (isFull ? " (all watches of fs.inotify.max_user_watches are used)" : "")
    }

    /// The watch, or -1 and `errno` says why.
    private func add(_ relative: FilePath) -> Int32 {
      let events =
        IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR
      let watch = absolute(relative).withCString { inotify_add_watch(descriptor, $0, UInt32(events)) }
      if watch >= 0 { folders[watch] = relative }
      return watch
    }

    private func absolute(_ relative: FilePath) -> FilePath {
      relative.bytes.isEmpty ? root : root.appending(relative.bytes)
    }

    /// Watches and lists the folder and all below it.
    package func scan() -> Changes {
      var changes = Changes()
      scan("", &changes)
      return changes
    }

    private func scan(_ relative: FilePath, _ changes: inout Changes) {
      let folder = absolute(relative)
      if add(relative) < 0, errno != ENOENT, errno != ENOTDIR { tell(folder, Self.failure(folder), &changes.problems) }
      let names: [FilePath]
      do { names = try folder.namesInside() } catch {
        if folder.exists { tell(folder, "\(folder): cannot list this folder: \(error.reason)", &changes.problems) }
        return
      }
      for name in names {
        let inside = relative.inside(name), path = absolute(inside)
        if name.isHidden, !takesHidden {
          changes.hidden.append(inside)
          continue
        }
        guard path.isFolder else {
          if !path.isSpecial { changes.files.insert(inside) }
          continue
        }
        if path.isLink {
          tell(path, "\(path): a link to a folder, not followed", &changes.remarks)
        } else if !isExcluded(path) {
          scan(inside, &changes)
        }
      }
    }

    private func tell(_ path: FilePath, _ text: String, _ list: inout [String]) {
      if told.insert(path).inserted { list.append(text) }
    }

    /// What has happened, after waiting for it for at most so many milliseconds.
    package func changes(within milliseconds: Int32) -> Changes {
      var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      var changes = Changes(), hasLostCount = false
      guard Glibc.poll(&poll, 1, milliseconds) > 0 else { return changes }
      var newFolders: [FilePath] = []
      withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 8) { buffer in
        while true {
          let count = Descriptor.read(descriptor, into: buffer)
          guard count > 0 else { return }
          var at = 0
          while at + MemoryLayout<inotify_event>.size <= count {
            let event = buffer.loadUnaligned(fromByteOffset: at, as: inotify_event.self)
            let name = buffer[(at + MemoryLayout<inotify_event>.size)...].prefix(Int(event.len)).prefix { $0 != 0 }
            at += MemoryLayout<inotify_event>.size + Int(event.len)
            func has(_ flag: Int) -> Bool { event.mask & UInt32(flag) != 0 }
            if has(Int(IN_Q_OVERFLOW)) { hasLostCount = true }
            if event.wd == rootWatch, has(Int(IN_DELETE_SELF)) || has(Int(IN_MOVE_SELF)) { changes.isGone = true }
            if has(Int(IN_IGNORED)) { folders[event.wd] = nil }
            guard let folder = folders[event.wd], !name.isEmpty else { continue }
            let path = folder.inside(FilePath(bytes: name))
            if path.isHidden, !takesHidden { continue }
            if has(Int(IN_ISDIR)) { newFolders.append(path) } else { changes.files.insert(path) }
          }
        }
      }
      if hasLostCount {
        scan("", &changes)
      } else {
        for folder in newFolders where absolute(folder).isFolder && !isExcluded(absolute(folder)) {
          scan(folder, &changes)
        }
      }
      changes.files = changes.files.filter { !absolute($0).isSpecial }
      // A link to a folder is told as a file.
      for file in changes.files where absolute(file).isFolder {
        changes.files.remove(file)
        tell(absolute(file), "\(absolute(file)): a link to a folder, not followed", &changes.remarks)
      }
      return changes
    }
  }
#endif
