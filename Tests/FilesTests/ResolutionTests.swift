import Foundation
import Testing
import U2NetFiles

/// Where paths lead, whatever of them is there.
@Suite struct ResolutionTests: ~Copyable {
  let folder = "\(FilePath(NSTemporaryDirectory()).resolved)/ResolutionTests-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: "\(folder)/there/deep", withIntermediateDirectories: true)
    try Data().write(to: URL(filePath: "\(folder)/a"))
    symlink("a", "\(folder)/link")
    symlink("there/deep", "\(folder)/way")
    symlink("there/none", "\(folder)/nowhere")
    symlink("\(folder)/there/nothing", "\(folder)/there/far")
    symlink("loop", "\(folder)/loop")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  @Test func whatIsMissingIsTakenAsItWillBe() {
    for (path, expected) in [
      ("a", "a"), ("./a", "a"), ("new/../a", "a"), ("new/er/../../a", "a"), ("there/new/../../a", "a"),
      ("new/../link", "a"), ("new/../new/../there/", "there"), ("b", "b"), ("new/b", "new/b"), ("new/./b/", "new/b"),
      ("link", "a"), ("way/b", "there/deep/b"), ("way/../b", "there/b"), ("way/new/../../b", "there/b"),
      ("nowhere", "there/none"), ("there/far", "there/nothing"), ("nowhere/x", "there/none/x"), ("loop", "loop"),
      ("new/../../x", "../x"),
    ] {
      let parts =
        expected.hasPrefix("../")
        ? "\(FilePath("\(folder)/..").resolved)/x" : "\(folder)/\(expected)"
      #expect("\(FilePath("\(folder)/\(path)").resolved)" == parts, "\(path)")
    }
    #expect(FilePath("/../..").resolved == "/" && FilePath("/no/such/../../..").resolved == "/")
    let here = "\(FilePath(".").resolved)"
    #expect("\(FilePath("no-such/../b").resolved)" == "\(here)/b" && "\(FilePath("b").resolved)" == "\(here)/b")
  }

  @Test func detoursThroughMissingFoldersAreLeftOut() {
    for (path, expected) in [
      ("new/../a", "a"), ("new/./er/../../a", "a"), ("there/new/../b", "there/b"), ("there/../b", "there/../b"),
      ("way/../b", "way/../b"), ("way/new/../b", "way/b"), ("new/..", ""), ("new/../", ""), ("there/new/../", "there/"),
      ("a/../b", "a/../b"), ("nowhere/../b", "nowhere/../b"), ("./b", "./b"), ("x//y", "x//y"),
    ] {
      let short = FilePath("\(folder)/\(path)").withoutDetours
      let whole = expected.isEmpty ? path.hasSuffix("/") ? "\(folder)/" : folder : "\(folder)/\(expected)"
      #expect("\(short)" == whole, "\(path)")
    }
    #expect(FilePath("no-such/../-").withoutDetours == "./-" && FilePath("no-such/..").withoutDetours == ".")
    #expect(FilePath("no-such/../../b").withoutDetours == "../b" && FilePath("-").withoutDetours == "-")
  }
}
