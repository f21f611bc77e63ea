import U2NetPlatform

/// Where a path leads, whatever of it is there.
extension FilePath {
  /// The path that the name stands for, links followed. What is not there yet is taken as it will be when its folders are
  /// made: `new/../a` is `a`, whether or not there is a folder `new`.
  package var resolved: FilePath {
    if let real = realPath { return real }
    // Mostly a new file in a folder that is there.
    let folder = folder.isEmpty ? FilePath(".") : FilePath(bytes: folder)
    if !name.isEmpty, name != Self.itself, name != Self.above, linked == nil, let real = folder.realPath {
      return real.appending(name)
    }
    return walked
  }

  /// As the system would walk there, but through folders that are missing, too.
  private var walked: FilePath {
    var place = bytes.first == Self.separator ? FilePath("/") : FilePath(".").realPath ?? FilePath(".")
    var rest = Array(parts.reversed()), links = 0
    while let part = rest.popLast() {
      if part == Self.itself { continue }
      if part == Self.above {
        place = place.parent
        continue
      }
      let next = place.appending(part)
      // Longer chains are loops: the system gives up, too.
      guard links < 40, let target = next.linked else {
        place = next
        continue
      }
      links += 1
      if target.bytes.first == Self.separator { place = "/" }
      rest += target.parts.reversed()
    }
    return place
  }

  /// The same place without `new/..` where there is no folder `new`: whoever makes the folders of a path would make that one
  /// for nothing, and whoever asks before that what is there would be told nothing.
  package var withoutDetours: FilePath {
    let parts = parts
    guard parts.contains(Self.above) else { return self }
    var kept: [ArraySlice<UInt8>] = [], missing = 0, isShorter = false
    let start = bytes.first == Self.separator ? FilePath("/") : FilePath("")
    func path(_ parts: [ArraySlice<UInt8>]) -> FilePath { parts.reduce(start) { $0.appending($1) } }
    for part in parts {
      if missing > 0, part == Self.itself { continue }
      if missing > 0, part == Self.above {
        kept.removeLast()
        missing -= 1
        isShorter = true
        continue
      }
      kept.append(part)
      if missing > 0 || part != Self.above && path(kept).isMissing { missing += 1 }
    }
    guard isShorter else { return self }
    let short = path(kept)
    if short.bytes.isEmpty { return "." }
    if short == "-" { return "./-" }  // No standard stream.
    return bytes.last == Self.separator ? short.appending([]) : short
  }

  /// What a link says; nil for what is none.
  var linked: FilePath? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      let count = withCString { readlink($0, buffer.baseAddress!, buffer.count) }
      return count < 0
        ? nil : FilePath(bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<count]))
    }
  }

  private var realPath: FilePath? {
    guard let real = withCString({ realpath($0, nil) }) else { return nil }
    defer { free(real) }
    return FilePath(bytes: UnsafeRawBufferPointer(start: real, count: strlen(real)))
  }

  /// Whether there is nothing of this name, not even a link that leads nowhere.
  private var isMissing: Bool {
    var status = stat()
    return withCString { lstat($0, &status) } != 0 && errno == ENOENT
  }

  private var parts: [ArraySlice<UInt8>] { bytes.split(separator: Self.separator) }

  /// Of a path that is resolved.
  private var parent: FilePath {
    let folder = folder.dropLast()
    return folder.isEmpty ? "/" : FilePath(bytes: folder)
  }

  private static let itself = ArraySlice(".".utf8), above = ArraySlice("..".utf8)
}
