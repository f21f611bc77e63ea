import PixelsTestSupport
import U2NetImageFiles
import Testing
import U2NetPlatform

@Suite struct MetadataTests {
  private let profile = [UInt8](Golden.values.metadata.profile)
  private let exif = [UInt8](Golden.values.metadata.exif)
  private let photo = texture(20, 10, .rgb)

  /// The three files that can be written.
  private func files(_ image: Image<UInt8>, _ metadata: Metadata) throws -> [(ImageFormat, [UInt8])] {
    [
      (.png, image.pngData(metadata: metadata)),
      (.jpeg, try image.jpegData(metadata: metadata, source: "x")),
      (.webP, try image.webPData(metadata: metadata, source: "x")),
    ]
  }

  @Test(arguments: ["metadata.jpg", "metadata.png", "metadata.webp"])
  func `what Pillow wrote is read`(_ name: String) {
    let metadata = ImageFile.metadata(of: fixture(name))
    #expect(metadata.profile == profile)
    #expect(metadata.exif == exif)
    if name == "metadata.webp" {
      #expect(metadata.density == nil)
    } else {
      #expect(abs(metadata.density!.horizontal - 300) < 0.02 && abs(metadata.density!.vertical - 150) < 0.02)
    }
  }

  @Test func `no metadata`() {
    for name in ["grey.jpg", "rgb-8.png", "lossy.webp"] { #expect(ImageFile.metadata(of: fixture(name)) == Metadata()) }
    #expect(ImageFile.metadata(of: []) == Metadata())
    #expect(ImageFile.metadata(of: Array("GIF89a".utf8)) == Metadata())
  }

  @Test func `every format carries them, and nobody turns the picture again`() throws {
    let density = PixelDensity(horizontal: 300, vertical: 150)
    let metadata = Metadata(profile: profile, exif: exif, density: density)
    #expect(Orientation(exif: exif) == .right)
    for (format, bytes) in try files(photo, metadata) {
      let header = try ImageFile.header(of: bytes, source: "x")
      #expect(header.format == format && header.orientation == .up)
      #expect([header.width, header.height] == [photo.width, photo.height])
      _ = try Image<UInt8>(decoding: bytes, source: "x")
      let read = ImageFile.metadata(of: bytes)
      #expect(read.profile == profile)
      #expect(abs(read.density!.horizontal - 300) < 0.02 && abs(read.density!.vertical - 150) < 0.02)
      #expect(Orientation(exif: read.exif!) == .up)
      // In place: nothing but the orientation is another.
      if format != .webP { #expect(zip(read.exif!, exif).count { $0 != $1 } == 1 && read.exif!.count == exif.count) }
    }
    let (gray, deep) = (photo.plane(0), Image<UInt16>(width: 1, height: 1, channels: .rgba, samples: [1, 2, 3, 4]))
    #expect(ImageFile.metadata(of: deep.pngData(metadata: metadata)).profile == profile)
    for (_, bytes) in try files(gray, metadata) {
      let read = ImageFile.metadata(of: bytes)
      #expect(read.density != nil && read.exif != nil)
    }
  }

  @Test func `EXIF can be left out, and the rest stays`() throws {
    let density = PixelDensity(horizontal: 72, vertical: 72)
    for (_, bytes) in try files(photo, Metadata(profile: profile, exif: exif, density: density).withoutExif) {
      let read = ImageFile.metadata(of: bytes)
      #expect(read.profile == profile && abs(read.density!.horizontal - 72) < 0.02)
      #expect(!bytes.contains(sequence: Array("Maker".utf8)))
    }
  }

  @Test func `a profile goes only with its channels`() throws {
    func profile(for space: String) -> [UInt8] {
      var bytes = self.profile
      bytes.replaceSubrange(16..<20, with: space.utf8)
      return bytes
    }
    let gray = photo.plane(0)
    for (space, isOnGray, isOnColor) in [("GRAY", true, false), ("RGB ", false, true), ("CMYK", false, false)] {
      let metadata = Metadata(profile: profile(for: space))
      for (format, bytes) in try files(gray, metadata) {
        // WebP has no grey, and so no grey picture.
        let isKept = format == .webP ? isOnColor : isOnGray
        #expect((ImageFile.metadata(of: bytes).profile != nil) == isKept, "\(space) on grey \(format)")
      }
      for (format, bytes) in try files(photo, metadata) {
        #expect((ImageFile.metadata(of: bytes).profile != nil) == isOnColor, "\(space) on colours, \(format)")
      }
    }
    for bad in [[], [1, 2, 3], Array(self.profile.prefix(100)), [UInt8](repeating: 0, count: 500)] {
      for (_, bytes) in try files(photo, Metadata(profile: bad)) {
        #expect(ImageFile.metadata(of: bytes).profile == nil)
      }
    }
  }

  @Test func `a large profile takes several segments of a JPEG`() throws {
    for size in [65_519, 65_520, 200_000] {
      var random = SplitMix64(seed: 8)
      let large = Array(profile.prefix(132)) + (132..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
      for (_, bytes) in try files(photo, Metadata(profile: large)) {
        #expect(ImageFile.metadata(of: bytes).profile == large)
      }
      var bytes = try photo.jpegData(metadata: Metadata(profile: large), source: "x")
      let mark = Array("ICC_PROFILE\0".utf8)
      let first = try #require(bytes.indices.first { bytes[$0...].starts(with: mark) })
      bytes[first + 12] = 9  // out of order: the profile is not whole
      #expect(ImageFile.metadata(of: bytes).profile == nil)
    }
  }

  @Test func `EXIF too long for a JPEG is left out`() throws {
    // A maker's note of this many bytes, which its directory's only entry has.
    func exif(_ count: Int) -> [UInt8] {
      let size = (0..<4).map { UInt8((count - 26) >> (8 * $0) & 255) }
      return [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x7C, 0x92, 7, 0] + size + [26, 0, 0, 0, 0, 0, 0, 0]
        + [UInt8](repeating: 1, count: count - 26)
    }
    let long = exif(65_528)
    for (format, bytes) in try files(photo, Metadata(exif: long)) {
      #expect((ImageFile.metadata(of: bytes).exif == nil) == (format == .jpeg))
    }
    let longest = exif(65_527)
    #expect(ImageFile.metadata(of: try photo.jpegData(metadata: Metadata(exif: longest), source: "x")).exif != nil)
  }

  @Test(arguments: [false, true])
  func `of a thumbnail no byte remains, in both byte orders`(_ isLittleEndian: Bool) {
    let tiff = tiff(isLittleEndian, orientations: [6, 8])
    #expect(Orientation(exif: tiff) == .right)
    let written = ImageFile.metadata(of: photo.pngData(metadata: Metadata(exif: tiff))).exif
    #expect(written == self.tiff(isLittleEndian, orientations: [1]))
  }

  @Test func `what is of the old pixels goes, and the rest stays where it was`() throws {
    // Maker, width, orientation, an offset of strips, that of EXIF; there the lens, sizes, a maker's note with a preview.
    var tiff: [UInt8] = [0x49, 0x49, 42, 0, 8, 0, 0, 0]
    func number(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 255) } }
    func entry(_ tag: Int, _ kind: Int, _ count: Int, _ value: Int) -> [UInt8] {
      number(tag, 2) + number(kind, 2) + number(count, 4) + number(value, 4)
    }
    let preview: [UInt8] = Array("note".utf8) + [0xFF, 0xD8, 0xFF, 0xDB] + Array("PREVIEW".utf8)
    tiff += number(5, 2) + entry(0x0100, 3, 1, 4000) + entry(0x010F, 2, 6, 200) + entry(0x0111, 4, 1, 240)
    tiff += entry(0x0112, 3, 1, 6) + entry(0x8769, 4, 1, 80) + number(0, 4)
    tiff += [UInt8](repeating: 7, count: 80 - tiff.count)
    tiff += number(4, 2) + entry(0x927C, 7, preview.count, 220) + entry(0xA002, 3, 1, 4000)
    tiff += entry(0xA003, 3, 1, 3000) + entry(0xA434, 2, 5, 210) + number(0, 4)
    tiff +=
      [UInt8](repeating: 7, count: 200 - tiff.count) + Array("Maker\0".utf8) + [7, 7, 7, 7] + Array("Lens\0".utf8)
    tiff += [UInt8](repeating: 7, count: 220 - tiff.count) + preview
    let written = try #require(ImageFile.metadata(of: photo.pngData(metadata: Metadata(exif: tiff))).exif)
    #expect(written.count == 215)
    #expect(written[200..<206].elementsEqual("Maker\0".utf8) && written[210..<215].elementsEqual("Lens\0".utf8))
    #expect(!written.contains(sequence: Array("PREVIEW".utf8)) && !written.contains(7))
    #expect(
      Array(written[8..<46]) == number(3, 2) + entry(0x010F, 2, 6, 200) + entry(0x0112, 3, 1, 1)
        + entry(0x8769, 4, 1, 80))
    #expect(
      Array(written[80..<122]) == number(3, 2) + entry(0xA002, 4, 1, photo.width)
        + entry(0xA003, 4, 1, photo.height) + entry(0xA434, 2, 5, 210) + number(0, 4))
  }

  @Test func `EXIF with changed bytes`() {
    let good = tiff(true, orientations: [6, 8])
    var random = SplitMix64(seed: 11)
    for _ in 0..<5000 {
      var changed = good + [UInt8](repeating: 9, count: 40)
      for _ in 0..<4 { changed[changed.indices.randomElement(using: &random)!] = .random(in: 0...255, using: &random) }
      let written = ImageFile.metadata(of: photo.pngData(metadata: Metadata(exif: changed))).exif
      #expect(written.flatMap(Orientation.init(exif:)) ?? .up == .up)
    }
  }

  @Test func `bad EXIF is dropped`() throws {
    let good = tiff(true, orientations: [6])
    // 8 of header, 2 of count, 2 entries of 12; the offset of the next directory may be missing.
    for count in 0..<34 {
      #expect(ImageFile.metadata(of: photo.pngData(metadata: Metadata(exif: Array(good[..<count])))).exif == nil)
    }
    let bare = Array(good[..<34])
    let written = ImageFile.metadata(of: photo.pngData(metadata: Metadata(exif: bare))).exif
    #expect(Orientation(exif: try #require(written)) == .up)
    var astray = tiff(true, orientations: [6, 8])
    astray.replaceSubrange(34..<38, with: [255, 255, 255, 255])  // no second directory there
    #expect(ImageFile.metadata(of: photo.pngData(metadata: Metadata(exif: astray))).exif != nil)
  }

  @Test func `density of EXIF`() throws {
    let density = PixelDensity(horizontal: 300.5, vertical: 240)
    for tiff in [nil, tiff(false, orientations: [6, 8]), tiff(true, orientations: [3])] {
      let bytes = try photo.webPData(metadata: Metadata(exif: tiff, density: density), source: "x")
      let read = ImageFile.metadata(of: bytes)
      #expect(read.density == density)
      #expect(Orientation(exif: read.exif!) == (tiff == nil ? nil : .up))
      // Then it is not in EXIF alone.
      let jpeg = ImageFile.metadata(of: try photo.jpegData(metadata: read.withoutExif, source: "x"))
      #expect(jpeg.density == PixelDensity(horizontal: 301, vertical: 240) && jpeg.exif == nil)
      // And to write it again changes nothing.
      #expect(ImageFile.metadata(of: try photo.webPData(metadata: read, source: "x")) == read)
    }
  }

  @Test func `density that makes no sense`() {
    var bytes = fixture("metadata.jpg")
    let jfif = bytes.indices.first { bytes[$0...].starts(with: Array("JFIF\0".utf8)) }!
    for (unit, density, expected) in [(1, 300, 300.0), (2, 100, 254), (0, 300, nil), (1, 0, nil), (3, 300, nil)] {
      bytes.replaceSubrange(
        jfif + 7..<jfif + 12, with: [UInt8(unit), UInt8(density >> 8), UInt8(density & 255), 0, UInt8(density & 127)])
      let read = ImageFile.metadata(of: bytes).density
      #expect(read?.horizontal == expected, "unit \(unit), \(density)")
    }
  }

  @Test func `colours of a PNG go to a PNG`() {
    let gamma: [UInt8] = [0, 0, 0, 4, 0x67, 0x41, 0x4D, 0x41, 0, 1, 0x86, 0xA0]  // 1.0
    let checksum = crc32(Array(gamma[4...]))
    var bytes = photo.pngData()
    bytes.insert(contentsOf: gamma + (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (24 - 8 * $0)) }, at: 33)
    #expect(photo.pngData(metadata: ImageFile.metadata(of: bytes)) == bytes)
  }

  /// Directories of two entries each: the orientation, and one after it whose value is at its place.
  private func tiff(_ isLittleEndian: Bool, orientations: [Int]) -> [UInt8] {
    func number(_ value: Int, _ count: Int) -> [UInt8] {
      let bytes = (0..<count).map { UInt8(value >> (8 * $0) & 255) }
      return isLittleEndian ? bytes : bytes.reversed()
    }
    var tiff = (isLittleEndian ? [0x49, 0x49] : [0x4D, 0x4D]) + number(42, 2) + number(8, 4)
    for (index, orientation) in orientations.enumerated() {
      tiff += number(2, 2)
      tiff += number(0x0112, 2) + number(3, 2) + number(1, 4) + number(orientation, 2) + [0, 0]
      tiff += number(0x8769, 2) + number(4, 2) + number(1, 4) + number(77, 4)
      tiff += number(index == orientations.count - 1 ? 0 : tiff.count + 4, 4)
    }
    return tiff
  }
}

extension Array where Element: Equatable {
  fileprivate func contains(sequence: [Element]) -> Bool {
    indices.contains { self[$0...].starts(with: sequence) }
  }
}
