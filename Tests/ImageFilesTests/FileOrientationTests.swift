import U2NetImageFiles
import Testing
import U2NetPlatform

@Suite struct FileOrientationTests {
  @Test(arguments: Orientation.allCases)
  func `files are turned upright`(_ orientation: Orientation) throws {
    let upright = [UInt8](Golden.values.orientation.pixels)
    for (suffix, tolerance) in [("png", 0), ("jpg", 12)] {
      let name = "orientation-\(orientation.rawValue).\(suffix)"
      let bytes = fixture(name)
      let header = try ImageFile.header(of: bytes, source: name)
      #expect(header.orientation == orientation)
      #expect([header.width, header.height] == [Golden.values.width, Golden.values.height])
      let image = try Image<UInt8>(decoding: bytes, source: name)
      #expect([image.width, image.height] == [Golden.values.width, Golden.values.height])
      #expect(zip(image.samples, upright).allSatisfy { abs(Int($0) - Int($1)) <= tolerance })
      let wide = try Image<UInt16>(decoding: bytes, source: name)
      #expect(wide.samples == image.samples.map { UInt16($0) * 257 })
    }
  }

  @Test func `EXIF that says nothing useful`() {
    let good: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0]
    #expect(Orientation(exif: good) == .right)
    // All there is, is the entry.
    for count in 0..<22 { #expect(Orientation(exif: good[..<count]) == nil) }
    for value: UInt8 in [0, 9, 255] {
      var bad = good
      bad[18] = value
      #expect(Orientation(exif: bad) == nil)
    }
    var long = good
    long[12] = 4
    #expect(Orientation(exif: long) == .right)
    var text = good
    text[12] = 2
    #expect(Orientation(exif: text) == nil)
    var farAway = good
    farAway.replaceSubrange(4..<8, with: [255, 255, 255, 255])
    #expect(Orientation(exif: farAway) == nil)

    var random = SplitMix64(seed: 4)
    for _ in 0..<5000 {
      var changed = good
      for _ in 0..<3 { changed[changed.indices.randomElement(using: &random)!] = .random(in: 0...255, using: &random) }
      _ = Orientation(exif: changed)
    }
  }

  @Test func `unknown orientation in a file counts as upright`() throws {
    var bytes = fixture("orientation-6.jpg")
    // The tag in the file's byte order, which is little endian.
    let tag = try #require(bytes.indices.first { bytes[$0...].starts(with: [0x12, 0x01, 3, 0]) })
    bytes[tag + 8] = 77
    bytes[tag + 9] = 77
    #expect(try ImageFile.header(of: bytes, source: "x").orientation == .up)
  }
}
