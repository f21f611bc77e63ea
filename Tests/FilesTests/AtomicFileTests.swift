import Files
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
