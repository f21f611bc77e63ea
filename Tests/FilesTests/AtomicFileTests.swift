import U2NetFiles
import Foundation
import Testing

@Suite struct AtomicFileTests: ~Copyable {
  let folder = NSTemporaryDirectory() + "/FilesTests-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private var names: [FilePath] {
    get throws { try FilePath(folder).namesInside() }
  }

  @Test func whatIsCommittedIsThere() throws {
    for durably in [false, true] {
      var file = try AtomicFile(FilePath("\(folder)/x"))
      try withUnsafeBytes(of: (UInt8(1), UInt8(2))) { try file.append($0) }
      try withUnsafeBytes(of: UInt8(3)) { try file.append($0) }
      try file.commit(durably: durably)
      #expect(try Data(contentsOf: URL(filePath: "\(folder)/x")) == Data([1, 2, 3]))
    }
    #expect(try names == ["x"])
  }

  @Test func whatHasComeMeanwhileStays() throws {
    let path = "\(folder)/x"
    var first = try AtomicFile(FilePath(path)), second = try AtomicFile(FilePath(path))
    try withUnsafeBytes(of: UInt8(1)) { try first.append($0) }
    try withUnsafeBytes(of: UInt8(2)) { try second.append($0) }
    try first.commit(replacing: false)
    do {
      try second.commit(replacing: false)
      Issue.record("a file was replaced")
    } catch { #expect(error.isOccupied) }
    #expect(try Data(contentsOf: URL(filePath: path)) == Data([1]))
    _ = consume second
    #expect(try names == ["x"])
  }

  /// Writes `path` anew; the mode that it has then.
  private func replace(_ path: String, durably: Bool = false) throws -> mode_t {
    var file = try AtomicFile(FilePath(path))
    try withUnsafeBytes(of: UInt8(7)) { try file.append($0) }
    try file.commit(durably: durably)
    #expect(try Data(contentsOf: URL(filePath: path)) == Data([7]))
    var status = stat()
    #expect(stat(path, &status) == 0)
    return status.st_mode & 0o7777
  }

  @Test(arguments: [0o600, 0o640, 0o664, 0o755, 0o600] as [mode_t]) func aReplacedFileKeepsItsMode(_ mode: mode_t)
    throws
  {
    let path = "\(folder)/x"
    try Data([1]).write(to: URL(filePath: path))
    #expect(chmod(path, mode) == 0)
    #expect(try replace(path) == mode)
    // Through a link it is the file's mode that counts.
    symlink("x", "\(folder)/link")
    #expect(try replace("\(folder)/link", durably: true) == mode)
    var status = stat()
    #expect(lstat("\(folder)/link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
  }

  @Test func aNewFileIsAsTheUmaskSays() throws {
    let mask = umask(0)
    umask(mask)
    #expect(try replace("\(folder)/x") == 0o666 & ~mask)
  }

  @Test func whoMayReadTheOldFileMayReadNoPartOfTheNewOne() throws {
    let path = "\(folder)/x"
    try Data([1]).write(to: URL(filePath: path))
    #expect(chmod(path, 0o600) == 0)
    var file = try AtomicFile(FilePath(path))
    let hidden = try #require(try names.first { $0 != "x" })
    var status = stat()
    #expect(stat("\(folder)/\(hidden)", &status) == 0 && status.st_mode & 0o777 == 0o600)
    try file.commit()
  }

  /// As root alone: others may give no file away.
  @Test(.enabled(if: geteuid() == 0)) func aReplacedFileKeepsItsOwner() throws {
    let path = "\(folder)/x"
    try Data([1]).write(to: URL(filePath: path))
    #expect(chown(path, 65534, 65534) == 0)
    _ = try replace(path)
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_uid == 65534 && status.st_gid == 65534)
  }

  @Test func anUnfinishedFileIsHiddenAndLeavesNothing() throws {
    do {
      var file = try AtomicFile(FilePath("\(folder)/x"))
      try withUnsafeBytes(of: 1) { try file.append($0) }
      let names = try names
      #expect(names.count == 1 && names[0].bytes.starts(with: ".x.".utf8))
    }
    #expect(try names == [])
  }

  #if os(Linux)
    @Test func aNameThatIsNotUTF8() throws {
      let name: [UInt8] = [0xE9, 0x74, 0xE9, 0xFF]
      for _ in 0..<2 {
        var file = try AtomicFile(FilePath(folder).appending(name))
        try file.commit()
      }
      #expect(try names == [FilePath(bytes: name)])
    }
  #endif

  @Test func aDescriptorIsWrittenToWhereItStands() throws {
    let path = "\(folder)/x"
    let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
    defer { close(descriptor) }
    for (name, byte) in [("/dev/fd/\(descriptor)", UInt8(1)), ("link", 2)] {
      if name == "link" { symlink("/dev/fd/\(descriptor)", "\(folder)/link") }
      var file = try AtomicFile(FilePath(name == "link" ? "\(folder)/link" : name))
      try withUnsafeBytes(of: byte) { try file.append($0) }
      try file.commit()
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == Data([1, 2]))
    #expect(try names == ["link", "x"])
  }

  @Test func errorsNameThePathAsItWasGiven() {
    let none = FilePath("\(folder)/none/x")
    #expect(throws: FileError(path: none, reason: "No such file or directory")) { _ = try AtomicFile(none) }
    #expect(throws: FileError(path: FilePath(folder), reason: "Is a directory")) {
      _ = try AtomicFile(FilePath(folder))
    }
    #expect(throws: FileError(path: none, reason: "No such file or directory")) { try none.namesInside() }
    #expect(throws: FileError(path: "/dev/fd/999", reason: "Bad file descriptor")) { _ = try AtomicFile("/dev/fd/999") }
  }
}
