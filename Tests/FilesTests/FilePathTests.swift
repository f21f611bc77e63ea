import U2NetFiles
import Testing

@Suite struct FilePathTests {
  @Test func partsOfAPath() {
    let path: FilePath = "a/b/name.png"
    #expect(Array(path.folder) == Array("a/b/".utf8) && Array(path.name) == Array("name.png".utf8))
    let bare: FilePath = "name"
    #expect(bare.folder.isEmpty && Array(bare.name) == Array("name".utf8))
    #expect(FilePath("a").appending("b".utf8) == "a/b")
    #expect(FilePath("a/").appending("b".utf8) == "a/b")
    #expect(FilePath("/").appending("b".utf8) == "/b")
    #expect(FilePath("").appending("b".utf8) == "b")
  }

  @Test func anArgumentThatIsUTF8NamesItself() {
    #expect(FilePath(argument: "päth") == "päth")
    // Nothing of the kind among the arguments of this process.
    #expect(FilePath(argument: "no such \u{FFFD}") == "no such \u{FFFD}")
  }

  @Test func whatIsNotUTF8IsShownEscaped() {
    #expect("\(FilePath(bytes: [0x61, 0xFF, 0x62]))" == "a\\xFFb")
  }
}
