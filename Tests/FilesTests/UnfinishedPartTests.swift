import Foundation
import Testing
import U2NetFiles

/// What processes that were killed leave behind.
@Suite struct UnfinishedPartTests: ~Copyable {
  let folder = NSTemporaryDirectory() + "/UnfinishedPartTests-\(UUID().uuidString)"

  init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  private func names() throws -> [String] { try FilePath(folder).namesInside().map { "\($0)" } }

  private func write(_ name: String) throws { try Data([1]).write(to: URL(filePath: "\(folder)/\(name)")) }

  @Test func onlyAbandonedPartsOfTheseFilesAreRemoved() throws {
    let others = [
      ".b.1abc.part", ".x.UPPER.part", ".x.12345678901234.part", ".x.part", ".x..part", "x.1abc.part",
      ".x.1abc.part.txt", "x",
    ]
    for name in others + [".x.1abc.part", ".x.zz9.part"] { try write(name) }
    AtomicFile.removeAbandoned(of: [FilePath("\(folder)/x"), FilePath("\(folder)/none/y")])
    #expect(try names() == others.sorted())
  }

  @Test func whatIsBeingWrittenStays() throws {
    var file = try AtomicFile(FilePath("\(folder)/x"))
    try withUnsafeBytes(of: UInt8(7)) { try file.append($0) }
    let part = try names()
    AtomicFile.removeAbandoned(of: [FilePath("\(folder)/x")])
    #expect(try names() == part && part.count == 1)
    try file.commit()
    #expect(try names() == ["x"])
  }

  @Test func partsLieBesideTheFileThatALinkLeadsTo() throws {
    try FileManager.default.createDirectory(atPath: "\(folder)/real", withIntermediateDirectories: true)
    symlink("real/y", "\(folder)/link")
    try write("real/.y.1abc.part")
    AtomicFile.removeAbandoned(of: [FilePath("\(folder)/link")])
    #expect(try FilePath("\(folder)/real").namesInside().isEmpty)
  }

  /// Many writers and removers at the same time: every file gets its name.
  @Test func nothingThatIsWrittenIsLost() throws {
    let folder = folder
    DispatchQueue.concurrentPerform(iterations: 4) { worker in
      for round in 0..<50 {
        if worker % 2 == 0 {
          let done: Void? = try? {
            var file = try AtomicFile(FilePath("\(folder)/x\(worker)-\(round)"))
            try withUnsafeBytes(of: UInt8(7)) { try file.append($0) }
            try file.commit()
          }()
          #expect(done != nil)
        } else {
          AtomicFile.removeAbandoned(of: (0..<50).flatMap { n in [0, 2].map { FilePath("\(folder)/x\($0)-\(n)") } })
        }
      }
    }
    #expect(try names().count == 100)
  }

  @Test func hiddenNames() throws {
    for name in [".a", "b", ".git/c", "d/.e", "d/f"] {
      let url = URL(filePath: "\(folder)/\(name)")
      try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data().write(to: url)
    }
    let plain = FolderTree(FilePath(folder)), all = FolderTree(FilePath(folder), takesHidden: true)
    #expect(plain.files == ["b", "d/f"] && plain.hidden == [".a", ".git", "d/.e"])
    #expect(all.files == [".a", ".git/c", "b", "d/.e", "d/f"] && all.hidden.isEmpty)
    for (path, isHidden) in [(".a", true), ("a/.b/c", true), ("a.b", false), ("./a", false), ("../a", false)] {
      #expect(FilePath(path).isHidden == isHidden)
    }
    #expect(FilePath("a/.b.png.0z.part").isUnfinishedPart && !FilePath("a/b.0z.part").isUnfinishedPart)
  }
}
