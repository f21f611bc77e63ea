import Foundation
import U2NetFiles
import U2NetImages
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
    // Old Macs' lines, and the end of a text under DOS.
    #expect(names("a.jpg\rb c.jpg\r") == ["a.jpg", "b c.jpg"])
    #expect(names("a.jpg\r\nb.jpg\r\n\u{1A}") == ["a.jpg", "b.jpg"] && names("a.jpg\u{1A}") == ["a.jpg"])
    #expect(names("a\u{1A}b\nc\rd\n") == ["a\u{1A}b", "c\rd"] && names("a\u{1A}\0") == ["a\u{1A}"])
  }

  /// Between the zeros of UTF-16 there is ".", too, which would be the current folder.
  @Test func whatIsNoListOfNamesIsRefused() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "list-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    func refusal(_ bytes: [UInt8]) throws -> String? {
      try Data(bytes).write(to: URL(filePath: path))
      do {
        _ = try NameList.read(FilePath(path))
        return nil
      } catch { return "\(error)" }
    }
    for text in ["a.jpg\n", "photos/a.jpg\r\nphotos/b.jpg", "写真/日本.jpg\n", "."] {
      let units = Array(text.utf16), marks: [[UInt8]] = units.count > 1 ? [[], [0xFF, 0xFE]] : [[0xFE, 0xFF]]
      let (low, high) = (units.map { UInt8($0 & 255) }, units.map { UInt8($0 >> 8) })
      let little = zip(low, high).flatMap { [$0, $1] }, big = zip(high, low).flatMap { [$0, $1] }
      for bytes in [little, big] {
        for mark in marks {
          let said = try refusal(mark + bytes)
          #expect(said?.contains("UTF-16") == true && said?.hasPrefix(path) == true, "\(text) \(mark)")
        }
      }
    }
    #expect(try refusal(disc().pngData())?.contains("this is a PNG file") == true)
    #expect(try refusal(Array("GIF89a..".utf8))?.contains("GIF") == true)
    for list in ["a.jpg\0b.jpg\0", "./a\0./b\0", "a\nb\n", "a\n", "", "\0"] {
      #expect(try refusal(Array(list.utf8)) == nil)
    }
  }

  /// Every format that Pillow writes is known by its contents, and every one that it knows by its name.
  @Test func picturesOfAllFormats() {
    for (pillow, name, head) in pictureHeads {
      let digits = Array(head),
        bytes = stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16)! }
      #expect(PictureKind(start: bytes + [UInt8](repeating: 0, count: 40)) == .unreadable(name), "\(pillow)")
    }
    // Documents, videos and fields of numbers.
    let others: Set = ["ps", "pdf", "mpg", "mpeg", "h5", "hdf", "grib", "bufr"]
    for name in pillowsExtensions where !others.contains(name) {
      #expect(PictureKind(fileExtension: name) != nil, "\(name)")
    }
    for name in others { #expect(PictureKind(fileExtension: name) == nil, "\(name)") }
    for name in ["dng", "cr2", "cr3", "nef", "arw", "raf", "orf", "rw2", "pef", "x3f"] {
      #expect(PictureKind(fileExtension: name) == .unreadable("raw photo"), "\(name)")
    }
    for name in ["heic", "hif", "avif", "jxl", "psd", "svg", "jxr", "xcf", "exr", "sgi", "eps", "im", "icns", "ras"] {
      guard case .unreadable = PictureKind(fileExtension: name) else {
        Issue.record("\(name)")
        continue
      }
    }
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
      "%!PS-Adobe-3.0\n%%Title: EPSF", "#define X 1", "\n\n", "\u{1}\u{2}\u{3}", "<html><svg", "\0\u{1}\0\0",
      "Image types are many",
    ] {
      #expect(kind(Array(text.utf8)) == nil, "\(text)")
    }
    #expect(PictureKind(start: []) == nil && PictureKind(start: [0]) == nil)
    #expect(PictureKind(fileExtension: "mpo") == .readable(.jpeg) && PictureKind(fileExtension: "txt") == nil)
  }
}
