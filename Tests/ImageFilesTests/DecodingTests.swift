import PixelsTestSupport
import U2NetImageFiles
import Testing

@Suite struct DecodingTests {
  @Test(arguments: Golden.values.png)
  func `PNG of every type, depth and interlacing`(_ golden: Golden.PNG) throws {
    let bytes = fixture(golden.name)
    let header = try ImageFile.header(of: bytes, source: golden.name)
    #expect(header.format == .png)
    #expect([header.width, header.height] == [Golden.values.width, Golden.values.height])
    #expect(header.channels.rawValue == golden.channels)
    #expect(header.bitDepth == golden.bitDepth)
    #expect(header.orientation == .up)

    let narrow = try Image<UInt8>(decoding: bytes, source: golden.name)
    #expect([narrow.width, narrow.height] == [header.width, header.height])
    #expect(narrow.channels == header.channels)
    #expect(Array(narrow.samples.prefix(8)) == golden.start8)
    #expect(fnv(narrow.samples) == golden.fnv8)

    let wide = try Image<UInt16>(decoding: bytes, source: golden.name)
    #expect(wide.channels == header.channels)
    #expect(Array(wide.samples.prefix(8)) == golden.start16)
    #expect(fnv(wide.samples.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }) == golden.fnv16)
  }

  @Test(arguments: Golden.values.jpeg)
  func `JPEG of every colour space, sampling and process`(_ golden: Golden.Pixels) throws {
    let bytes = fixture(golden.name)
    let header = try ImageFile.header(of: bytes, source: golden.name)
    #expect(header.format == .jpeg)
    #expect(header.channels.rawValue == golden.channels)
    #expect(header.bitDepth == 8)

    let image = try Image<UInt8>(decoding: bytes, source: golden.name)
    #expect([image.width, image.height] == [Golden.values.width, Golden.values.height])
    #expect(image.channels == header.channels)
    // Pillow brings its own decoder, which may round differently.
    let differences = zip(image.samples, golden.pixels).map { abs(Int($0) - Int($1)) }
    #expect(differences.count == golden.pixels.count)
    #expect(differences.max()! <= 3)

    let wide = try Image<UInt16>(decoding: bytes, source: golden.name)
    #expect(wide.samples == image.samples.map { UInt16($0) * 257 })
  }

  @Test(arguments: Golden.values.webP)
  func `WebP, lossy and lossless, with and without alpha`(_ golden: Golden.Pixels) throws {
    let bytes = fixture(golden.name)
    let header = try ImageFile.header(of: bytes, source: golden.name)
    #expect(header.format == .webP && header.bitDepth == 8)
    #expect([header.width, header.height] == [Golden.values.width, Golden.values.height])
    #expect(header.channels.rawValue == golden.channels)

    let image = try Image<UInt8>(decoding: bytes, source: golden.name)
    #expect(image.channels == header.channels)
    #expect(image.samples == [UInt8](golden.pixels))
    let wide = try Image<UInt16>(decoding: bytes, source: golden.name)
    #expect(wide.samples == image.samples.map { UInt16($0) * 257 })
  }

  @Test func `WebP that is turned`() throws {
    let name = "orientation-6.webp"
    let image = try Image<UInt8>(decoding: fixture(name), source: name)
    #expect(try ImageFile.header(of: fixture(name), source: name).orientation == .right)
    #expect([image.width, image.height] == [Golden.values.width, Golden.values.height])
    #expect(image.samples == [UInt8](Golden.values.orientation.pixels))
  }

  @Test func `pixel limit is checked before memory is taken`() throws {
    let clock = ContinuousClock()
    let start = clock.now
    let square = pngHeader(width: 60_000, height: 60_000)
    #expect(throws: ImageError.tooLarge(source: "bomb.png", width: 60_000, height: 60_000, limit: 256_000_000)) {
      try Image<UInt8>(decoding: square, source: "bomb.png")
    }
    #expect(throws: ImageError.tooLarge(source: "bomb.png", width: 60_000, height: 60_000, limit: 256_000_000)) {
      try Image<UInt16>(decoding: square, source: "bomb.png")
    }
    let endless = Int(Int32.max)
    #expect(throws: ImageError.tooLarge(source: "bomb.png", width: endless, height: endless, limit: .max / 1024)) {
      let rgba = pngHeader(width: endless, height: endless, colour: 6)
      return try Image<UInt16>(decoding: rgba, source: "bomb.png", pixelLimit: .max)
    }

    // The size is at bytes 5...8 after the frame marker: precision, height, width.
    var jpeg = fixture("colour-420-progressive.jpg")
    let frame = try #require((0..<jpeg.count - 1).first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC2 })
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFD, 0xE8, 0xFD, 0xE8])
    #expect(throws: ImageError.tooLarge(source: "bomb.jpg", width: 65_000, height: 65_000, limit: 256_000_000)) {
      try Image<UInt8>(decoding: jpeg, source: "bomb.jpg")
    }
    #expect(clock.now - start < .seconds(1))
  }

  @Test func `pixel limit is inclusive`() throws {
    let bytes = fixture("grey-8.png")
    _ = try Image<UInt8>(decoding: bytes, source: "grey-8.png", pixelLimit: 19 * 13)
    #expect(throws: ImageError.tooLarge(source: "grey-8.png", width: 19, height: 13, limit: 19 * 13 - 1)) {
      try Image<UInt8>(decoding: bytes, source: "grey-8.png", pixelLimit: 19 * 13 - 1)
    }
  }
}

/// A PNG of 8 bits that says it is of a size and a colour type, and has no good image data.
func pngHeader(width: Int, height: Int, colour: UInt8 = 0) -> [UInt8] {
  func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
  func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
    let body = kind.utf8 + data
    return number(data.count) + body + number(Int(crc32(body)))
  }
  return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    + chunk("IHDR", number(width) + number(height) + [8, colour, 0, 0, 0]) + chunk("IDAT", [0x78, 0x9C, 1, 0])
}

/// The checksum of PNG chunks (PNG, annex D), bit by bit.
func crc32(_ bytes: [UInt8]) -> UInt32 {
  var crc = UInt32.max
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
  return ~crc
}
