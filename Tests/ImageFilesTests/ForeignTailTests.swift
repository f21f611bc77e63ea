import U2NetImageFiles
import Testing
import U2NetPlatform

/// JPEGs whose last bytes are not their own: behind whole pixels they are remarked on, in place of pixels they are an
/// error.
@Suite struct ForeignTailTests {
  private static let box: [UInt8] = [0, 0, 0, 0x18] + Array("ftypmp42".utf8) + [0, 0, 0, 0] + Array("isommp42".utf8)
  private static let film: [UInt8] = box + [0, 0, 0x30, 0] + Array("mdat".utf8) + noise(3000)
  private static let text = Array(
    String(repeating: "The quick brown fox jumps over the lazy dog, and sleeps until morning. ", count: 40).utf8)
  private static let page = Array(
    String(repeating: "<html><head><title>404 Not Found</title></head></html>\n", count: 50).utf8)
  private static let name = Array("Image_UTC_Data1500000000000".utf8)

  /// What Samsung's phones append: a named block and a directory that says how far back that is, and how long it is itself.
  private static func trailer(back: UInt8 = 35, length: UInt8 = 24, entries: UInt8 = 1) -> [UInt8] {
    [0, 0, 1, 0x0A, 14, 0, 0, 0] + name + Array("SEFHk".utf8)
      + [0, 0, 0, entries, 0, 0, 0, 0, 0, 1, 0x0A, back, 0, 0, 0, 35, 0, 0, 0, length, 0, 0, 0] + Array("SEFT".utf8)
  }

  private static func noise(_ count: Int) -> [UInt8] {
    var random = SplitMix64(seed: 4)
    return (0..<count).map { _ in UInt8.random(in: 0...254, using: &random) }
  }

  /// Larger than the fixtures, so that hundreds of bytes can be another's.
  private static func photo(quality: Int, _ channels: Channels = .rgb) throws -> [UInt8] {
    var random = SplitMix64(seed: 9)
    let image = Image<UInt8>(width: 160, height: 120, channels: channels) { pixels in
      for i in pixels.indices {
        pixels[i] = UInt8(80 + i / channels.rawValue % 160 / 2 + Int.random(in: 0...40, using: &random))
      }
    }
    return try image.jpegData(quality: quality, source: "x")
  }

  private static let fixtures = [
    "colour-420.jpg", "colour-444.jpg", "colour-420-progressive.jpg", "grey.jpg", "grey-progressive.jpg", "cmyk.jpg",
    "restarts.jpg",
  ]

  private func files() throws -> [(name: String, bytes: [UInt8])] {
    try Self.fixtures.map { ($0, fixture($0)) }
      + [40, 75, 95].map { ("quality \($0)", try Self.photo(quality: $0)) } + [
        ("grey", try Self.photo(quality: 80, .gray))
      ]
  }

  @Test func `whole pixels with foreign bytes in place of the end mark`() throws {
    let zeros = [UInt8](repeating: 0, count: 5)
    let tails: [(String, [UInt8])] = [
      ("a film", Self.film), ("a box", Self.box), ("text", Self.text), ("a page", Self.page),
      ("a trailer", Self.trailer()), ("a trailer one byte too far", Self.trailer(back: 36)),
      ("a trailer one byte too near", Self.trailer(back: 34)),
      ("a directory one byte longer", Self.trailer(length: 25)),
      ("a directory of two", Self.trailer(entries: 2)), ("a stray byte and a trailer", [7] + Self.trailer()),
      ("a zero and a trailer", [0] + Self.trailer()), ("a trailer without its start", zeros + Self.trailer()),
      ("zeros and a film", zeros + Self.film), ("two zeros", [0, 0]), ("much of a trailer", Self.trailer().dropLast(1)),
    ]
    for (name, bytes) in try files() {
      let whole = try Image<UInt8>(decoding: bytes, source: name)
      for (tail, foreign) in tails {
        var remarks: [String] = []
        let image = try? Image<UInt8>(decoding: bytes.dropLast(2) + foreign, source: name) { remarks.append($0) }
        #expect(image == whole, "\(name), \(tail)")
        #expect(remarks.count == 1 && remarks[0].hasSuffix("all pixels are there"), "\(name), \(tail)")
        // Behind the end mark anything may stand.
        remarks = []
        let ended = try Image<UInt8>(decoding: bytes + foreign, source: name) { remarks.append($0) }
        #expect(ended == whole && remarks == [], "\(name), \(tail)")
      }
    }
  }

  @Test func `foreign bytes in place of pixels`() throws {
    let tails: [(String, [UInt8])] = [
      ("a film", Self.film), ("the middle of a film", Array(Self.film.dropFirst(40))), ("text", Self.text),
      ("a page", Self.page), ("noise", Self.noise(2000)),
      ("one byte", [UInt8](repeating: 0xAA, count: 2000)), ("ones", [UInt8](repeating: 1, count: 2000)),
      ("zeros", [UInt8](repeating: 0, count: 2000)),
      ("a pattern", (0..<2000).map { [0xDE, 0xAD, 0xBE, 0xEF][$0 % 4] }),
      ("a count", (0..<2000).map { UInt8(truncatingIfNeeded: $0) }), ("letters", (0..<2000).map { UInt8(65 + $0 % 4) }),
    ]
    for (name, bytes) in try files() where bytes.count > 1500 {
      for count in [60, 80, 100, 130, 200] {
        for (tail, foreign) in tails {
          let start = Array(bytes.dropLast(count))
          expectError(start + foreign.prefix(count), name, "\(count) bytes of \(tail)")
          expectError(start + foreign, name, "\(tail) \(count) bytes before the end")
        }
        for (back, length): (UInt8, UInt8) in [(35, 24), (36, 24), (34, 24), (35, 25), (35, 23), (200, 24)] {
          let trailer = Self.trailer(back: back, length: length)
          expectError(bytes.dropLast(count) + trailer, name, "a trailer \(count) bytes before the end")
        }
      }
    }
  }

  @Test func `text before the end mark is no image data`() throws {
    for quality in [40, 75, 95] {
      let bytes = try Self.photo(quality: quality)
      for count in [60, 100, 200] {
        let changed = bytes.dropLast(count + 2) + Self.text.prefix(count) + [0xFF, 0xD9]
        expectError(Array(changed), "x", "\(count) bytes")
      }
    }
  }

  @Test func `pictures of one colour end in a pattern of their own`() throws {
    for level: UInt8 in [0, 85, 128, 170, 255] {
      for channels: Channels in [.gray, .rgb] {
        let image = Image<UInt8>(
          width: 200, height: 100, channels: channels,
          samples: [UInt8](repeating: level, count: 20_000 * channels.rawValue))
        let bytes = try image.jpegData(quality: 90, source: "x")
        var remarks: [String] = []
        let whole = try Image<UInt8>(decoding: bytes, source: "x") { remarks.append($0) }
        #expect(remarks == [])
        #expect(try Image<UInt8>(decoding: bytes.dropLast(2), source: "x") == whole)
        #expect(try Image<UInt8>(decoding: bytes.dropLast(2) + Self.trailer(), source: "x") == whole)
        expectError(bytes.dropLast(20), "x", "cut")
      }
    }
  }
}
