import PixelsTestSupport
import Testing

@testable import U2NetImageFiles

/// What a format cannot hold is named, and what is named is what is not there; so are densities that make no sense.
struct LossTests {
  private let photo = texture(20, 10, .rgb)
  private let profile = [UInt8](Golden.values.metadata.profile)

  /// EXIF with one entry of so many bytes.
  private func exif(_ count: Int) -> [UInt8] {
    let size = UInt32(count).littleEndianBytes
    return [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x0E, 0x01, 2, 0] + size + [26, 0, 0, 0, 0, 0, 0, 0]
      + [UInt8](repeating: 65, count: count)
  }

  private func written(_ metadata: Metadata, _ format: ImageFormat, _ image: Image<UInt8>) throws -> Metadata {
    switch format {
    case .png: ImageFile.metadata(of: image.pngData(metadata: metadata))
    case .jpeg: ImageFile.metadata(of: try image.jpegData(metadata: metadata, source: "x"))
    case .webP: ImageFile.metadata(of: try image.webPData(metadata: metadata, source: "x"))
    }
  }

  @Test func `EXIF of any length but in a JPEG`() throws {
    for (count, fits) in [(10, true), (65_501, true), (65_502, false), (65_600, false), (200_000, false)] {
      let metadata = Metadata(exif: exif(count))
      for format in [ImageFormat.png, .jpeg, .webP] {
        let losses = metadata.losses(in: format, of: photo), read = try written(metadata, format, photo)
        #expect((read.exif != nil) == losses.isEmpty, "\(format) \(count): \(losses)")
        #expect(losses.isEmpty == (fits || format != .jpeg), "\(format) \(count)")
        for loss in losses { #expect(loss.hasPrefix("its EXIF of \(count + 26) bytes is longer than a JPEG can hold")) }
      }
    }
  }

  @Test func `a long profile`() throws {
    var long = profile
    long += [UInt8](repeating: 7, count: Metadata.longestJPEGProfile - long.count)
    for more in [0, 1] {
      let metadata = Metadata(profile: long + [UInt8](repeating: 7, count: more))
      let losses = metadata.losses(in: .jpeg, of: photo)
      #expect(
        losses.count == more && losses.allSatisfy { $0.hasPrefix("its colour profile of 16707346 bytes") }, "\(losses)")
      #expect(try (written(metadata, .jpeg, photo).profile == nil) == (more == 1))
      #expect(metadata.losses(in: .webP, of: photo).isEmpty && metadata.losses(in: .png, of: photo).isEmpty)
    }
  }

  @Test func `density in sixteen bits`() throws {
    for (density, fits) in [(300.0, true), (65_535, true), (65_535.4, true), (65_536, false), (900_000, false)] {
      let metadata = Metadata(density: PixelDensity(horizontal: density, vertical: 300))
      for format in [ImageFormat.png, .jpeg, .webP] {
        let losses = metadata.losses(in: format, of: photo), read = try written(metadata, format, photo).density
        #expect((read != nil) == losses.isEmpty && losses.isEmpty == (fits || format != .jpeg), "\(format) \(losses)")
        if let read { #expect(abs(read.horizontal - density) < 0.51, "\(format) \(density): \(read)") }
        for loss in losses { #expect(loss.contains("\(Int(density)) × 300 pixels per inch"), "\(loss)") }
      }
    }
    var shape = Metadata()
    shape.aspect = PixelAspect(horizontal: 2, vertical: 1_000_000)
    #expect(shape.losses(in: .jpeg, of: photo).count == 1 && shape.losses(in: .png, of: photo).isEmpty)
    shape.aspect = PixelAspect(horizontal: 999_999, vertical: 500_000)
    #expect(shape.losses(in: .jpeg, of: photo).isEmpty)
  }

  @Test func `colours that cannot be said`() throws {
    func chunk(_ kind: StaticString, _ numbers: Int...) -> PNGChunk {
      PNGChunk(kind: ImageFile.code(kind), data: numbers.flatMap { UInt32($0).bigEndianBytes })
    }
    var dark = Metadata(), usual = Metadata(), linear = Metadata()
    dark.pngColors = [chunk("gAMA", 900_000)]
    usual.pngColors = [chunk("gAMA", 45_455)]
    linear.pngColors = [chunk("gAMA", 100_000)]
    for format in [ImageFormat.jpeg, .webP] {
      #expect(dark.losses(in: format, of: photo).count == 1 && dark.losses(in: format, of: photo)[0].contains("gAMA"))
      #expect(usual.losses(in: format, of: photo).isEmpty && linear.losses(in: format, of: photo).isEmpty)
      #expect(try written(dark, format, photo).profile == nil && written(linear, format, photo).profile != nil)
    }
    #expect(dark.losses(in: .png, of: photo).isEmpty)
    // Of another kind of picture.
    let grey = photo.plane(0), metadata = Metadata(profile: profile)
    #expect(metadata.losses(in: .png, of: grey).count == 1 && metadata.losses(in: .webP, of: grey).isEmpty)
    #expect(metadata.losses(in: .png, of: photo).isEmpty && metadata.withoutColors.losses(in: .png, of: grey).isEmpty)
  }

  /// A PNG with a density as its file has it.
  private func png(_ across: UInt32, _ down: UInt32, unit: UInt8) -> [UInt8] {
    var bytes = photo.pngData()
    bytes.insert(contentsOf: PNGChunk("pHYs", across.bigEndianBytes + down.bigEndianBytes + [unit]).bytes, at: 33)
    return bytes
  }

  private func remarks(_ bytes: [UInt8]) -> [String] {
    var remarks: [String] = []
    _ = ImageFile.usableMetadata(of: bytes) { remarks.append($0) }
    return remarks
  }

  @Test func `densities in files`() throws {
    for (across, down, unit, words) in [
      (11811, 11811, 1, nil), (0, 0, 1, nil), (0, 0, 0, nil), (1, 1, 0, nil), (2, 1, 0, nil),
      (1, 1, 1, "its density of 0.0254 × 0.0254 pixels per inch is not"), (0, 2835, 1, "its density of 0 × 72.009"),
      (4_000_000_000, 2835, 1, "its density of 101600000 × 72.009"),
      (300, 300, 2, "its density of 300 × 300 is in a unit"),
      (0, 2, 0, "its pixels' shape of 0 × 2"), (3_000_000_000, 2, 0, "its pixels' shape of 3000000000 × 2"),
    ] as [(UInt32, UInt32, UInt8, String?)] {
      let found = remarks(png(across, down, unit: unit))
      #expect(found.count == (words == nil ? 0 : 1) && found.allSatisfy { $0.hasPrefix(words!) }, "\(across): \(found)")
    }
    var jpeg = try photo.jpegData(source: "x")
    let jfif = try #require(jpeg.firstRange(of: Array("JFIF\0".utf8))).lowerBound
    for (unit, across, down, count) in [
      (1, 72, 72, 0), (1, 0, 0, 0), (1, 72, 0, 1), (7, 72, 72, 1), (0, 1, 1, 0), (0, 0, 3, 1),
    ] {
      jpeg.replaceSubrange(jfif + 7..<jfif + 12, with: [UInt8(unit), 0, UInt8(across), 0, UInt8(down)])
      #expect(remarks(jpeg).count == count, "\(unit) \(across) \(down): \(remarks(jpeg))")
    }
  }
}
