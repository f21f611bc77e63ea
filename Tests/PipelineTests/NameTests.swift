import U2NetFiles
import U2NetImageFiles
import U2Net
import Testing

struct NameTests {
  @Test func whatATerminalWouldObeyIsEscaped() {
    #expect("plain ünï — 日本 🍵".visible == "plain ünï — 日本 🍵")
    #expect("a\u{1B}[31mb".visible == "a\\u{1B}[31mb")
    #expect("a\nb\rc\td".visible == "a\\nb\\rc\\td")
    #expect("\u{9B}2J \u{7F} \u{202E} \u{2066}".visible == "\\u{9B}2J \\u{7F} \\u{202E} \\u{2066}")
    for value in (0..<0x20).map({ UInt8($0) }) {
      let visible = String(decoding: [value], as: UTF8.self).visible
      #expect(visible.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F })
    }
  }

  /// Two names that are not UTF-8 do not look the same.
  @Test func bytesThatAreNoTextShow() {
    #expect("\(FilePath(bytes: [0x66, 0xE9, 0x2E, 0xFF]))" == "f\\xE9.\\xFF")
    #expect("\(FilePath(bytes: Array("é日🍵".utf8) + [0x80, 0x0A]))" == "é日🍵\\x80\n")
    #expect("\(FilePath(bytes: [0xF0, 0x9F, 0x8D]))" == "\\xF0\\x9F\\x8D")
  }

  @Test func listsOfNames() {
    func names(_ text: String) -> [String] { NameList.names(in: Array(text.utf8)).map { "\($0)" } }
    #expect(names("a\nb\n") == ["a", "b"])
    #expect(names("\u{FEFF}a\r\n\r\nb") == ["a", "b"])
    #expect(names("a\nb\0c\0\0") == ["a\nb", "c"])
    #expect(names("").isEmpty && names("\u{FEFF}").isEmpty)
  }

  @Test func kindsOfPictures() {
    func kind(_ bytes: [UInt8]) -> PictureKind? { PictureKind(start: bytes + [UInt8](repeating: 0, count: 40)) }
    #expect(kind([0xFF, 0xD8, 0xFF]) == .readable(.jpeg))
    #expect(kind(Array("GIF89a".utf8)) == .unreadable("GIF"))
    #expect(kind([0, 0, 0, 28] + "ftypmif1\0\0\0\0mif1avif".utf8) == .unreadable("AVIF"))
    #expect(kind([0, 0, 0, 24] + "ftypmp42\0\0\0\0mp42isom".utf8) == nil)
    #expect(kind([0, 0, 0, 24] + "ftypqt  \0\0\0\0qt  ".utf8) == nil)
    #expect(kind([0, 0, 0, 12] + "JXL \r\n".utf8) == .unreadable("JPEG XL"))
    #expect(kind(Array("P6\n640 480\n255\n".utf8)) == .unreadable("Netpbm"))
    for text in [
      "P1 is no picture", "BMW and others", "", "{}", "%PDF-1.7", "RIFF....WAVE", "#!/bin/sh", "<?xml version='1.0'?>",
    ] {
      #expect(kind(Array(text.utf8)) == nil, "\(text)")
    }
    #expect(PictureKind(start: []) == nil && PictureKind(start: [0]) == nil)
    #expect(PictureKind(fileExtension: "mpo") == .readable(.jpeg) && PictureKind(fileExtension: "txt") == nil)
  }
}
