import U2NetImageFiles
import Testing
import U2NetPlatform

/// Damaged files end in an error that names the file, or in an image where the damage cannot be seen; never in a
/// crash.
@Suite struct DamageTests {
  @Test func `JPEG that lacks image data but has its end marker`() {
    // Cutting out part of a scan leaves libjpeg to fill in grey; here that is an error.
    for name in ["colour-420.jpg", "grey.jpg"] {
      let bytes = fixture(name)
      expectError(bytes.dropLast(60) + [0xFF, 0xD9], name, "cut")
    }
  }

  @Test(arguments: ["rgb-8.png", "colour-420.jpg", "lossy.webp"])
  func `bytes after the end are ignored`(_ name: String) throws {
    let bytes = fixture(name)
    let image = try Image<UInt8>(decoding: bytes, source: name)
    #expect(try Image<UInt8>(decoding: bytes + [1, 2, 3, 0xFF], source: name) == image)
  }

  @Test(
    arguments: [
      "grey.jpg", "colour-420.jpg", "colour-420-progressive.jpg", "restarts.jpg", "cmyk.jpg", "ycck.jpg",
      "orientation-6.jpg", "metadata.jpg", "lossy.webp", "lossy-alpha.webp", "lossless.webp", "lossless-alpha.webp",
      "metadata.webp", "orientation-6.webp",
    ])
  func `JPEG and WebP with changed bytes`(_ name: String) {
    let bytes = fixture(name)
    var random = SplitMix64(seed: 2)
    var whole = 0
    for _ in 0..<3000 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        changed[changed.indices.randomElement(using: &random)!] = .random(in: 0...255, using: &random)
      }
      carry(ImageFile.metadata(of: changed))
      do throws(ImageError) {
        let sides = Bool.random(using: &random) ? nil : 3
        let image = try Image<UInt8>(decoding: changed, source: name, pixelLimit: 1_000_000, sidesAtLeast: sides)
        #expect(image.samples.count == image.width * image.height * image.channels.rawValue)
        whole += 1
      } catch {
        #expect(error.description.hasPrefix("\(name): "))
      }
    }
    #expect(whole < 3000)
  }

  /// With the checksums put right, damage reaches the decoder proper.
  @Test(
    arguments: [
      "rgb-8.png", "palette-4-trns-interlaced.png", "rgba-16-interlaced.png", "grey-1-trns.png", "metadata.png",
    ])
  func `PNG with changed bytes under good checksums`(_ name: String) {
    let bytes = fixture(name)
    var random = SplitMix64(seed: 3)
    for _ in 0..<3000 {
      var changed = bytes
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        changed[Int.random(in: 8..<changed.count, using: &random)] = .random(in: 0...255, using: &random)
      }
      repairChecksums(&changed)
      carry(ImageFile.metadata(of: changed))
      do throws(ImageError) {
        let image = try Image<UInt8>(decoding: changed, source: name, pixelLimit: 1_000_000)
        #expect(image.samples.count == image.width * image.height * image.channels.rawValue)
      } catch {
        #expect(error.description.hasPrefix("\(name): "))
      }
    }
  }

  @Test func `messages name the file and the cause`() throws {
    func message(_ bytes: [UInt8], _ source: String) -> String {
      do throws(ImageError) {
        _ = try Image<UInt8>(decoding: bytes, source: source)
        return "no error"
      } catch {
        return error.description
      }
    }
    #expect(message([], "a.png") == "a.png: the file is empty")
    #expect(
      message(Array("GIF89a...".utf8), "b.gif").hasPrefix("b.gif: this looks like GIF; PNG, JPEG and WebP can be read"))
    #expect(
      message([1, 0xAB], "c.dat")
        == "c.dat: not a picture in a known format; PNG, JPEG and WebP can be read (the first bytes are 01 ab)")
    #expect(
      message(fixture("grey.jpg").dropLast(40), "photo.jpg")
        == "photo.jpg: the JPEG is damaged: Premature end of JPEG file")
    #expect(
      message(fixture("grey-8.png").dropLast(30), "cut.png")
        == "cut.png: the PNG is damaged: the file ends too early")
    var changed = fixture("grey-8.png")
    changed[changed.count - 13] ^= 1  // in the last IDAT's checksum
    #expect(message(changed, "bit.png") == "bit.png: the PNG is damaged: IDAT: CRC error")
    var precise = fixture("colour-444.jpg")
    let frame = try #require((0..<precise.count - 1).first { precise[$0] == 0xFF && precise[$0 + 1] == 0xC0 })
    precise[frame + 4] = 12
    #expect(
      message(precise, "deep.jpg")
        == "deep.jpg: this kind of JPEG cannot be read: Unsupported JPEG data precision 12")
    #expect(
      ImageError.tooLarge(source: "d.png", width: 3, height: 4, limit: 5).description
        == "d.png: 3 x 4 pixels are more than the limit of 5 pixels")
  }

  @Test func `JPEG of several scans, too few and too many`() throws {
    let whole = try Image<UInt8>(decoding: try jpeg(ofScans: [1, 2, 3]), source: "x.jpg")
    #expect(whole.channels == .rgb)
    #expect(throws: ImageError.corrupt(source: "x.jpg", format: .jpeg, reason: "a colour component has no data")) {
      try Image<UInt8>(decoding: try jpeg(ofScans: [1, 3]), source: "x.jpg")
    }
    let many = try jpeg(ofScans: (0..<600).map { UInt8(1 + $0 % 3) })
    #expect(throws: ImageError.corrupt(source: "x.jpg", format: .jpeg, reason: "more than 500 scans")) {
      try Image<UInt8>(decoding: many, source: "x.jpg")
    }
  }

  /// A YCbCr image whose components have scans of their own, all like that of a grey one.
  private func jpeg(ofScans components: [UInt8]) throws -> [UInt8] {
    let gray = fixture("grey.jpg")
    let frame = try #require(gray.indices.first { gray[$0...].starts(with: [0xFF, 0xC0]) })
    let scan = try #require(gray.indices.first { gray[$0...].starts(with: [0xFF, 0xDA]) })
    let frameEnd = frame + 13  // marker 2, length 2, precision 1, size 4, count 1, and 3 for the one component
    let newFrame: [UInt8] =
      [0xFF, 0xC0, 0, 17, 8] + gray[frame + 5..<frame + 9] + [3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]
    let data = gray[(scan + 10)..<(gray.count - 2)]
    let scans = components.flatMap { [0xFF, 0xDA, 0, 8, 1, $0, 0, 0, 63, 0] + data }
    return gray[..<frame] + newFrame + gray[frameEnd..<scan] + scans + [0xFF, 0xD9]
  }

  /// Whatever metadata are read, they can be written.
  private func carry(_ metadata: Metadata) {
    if metadata == Metadata() { return }
    let image = Image<UInt8>(width: 1, height: 1, channels: .rgb, samples: [1, 2, 3])
    _ = image.pngData(metadata: metadata)
    _ = try? image.jpegData(metadata: metadata, source: "x")
    _ = try? image.webPData(metadata: metadata, source: "x")
  }

  private func repairChecksums(_ bytes: inout [UInt8]) {
    var at = 8
    while at + 12 <= bytes.count {
      let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      let end = at + 8 + length
      guard end + 4 <= bytes.count else { return }
      let checksum = crc32([UInt8](bytes[at + 4..<end]))
      for i in 0..<4 { bytes[end + i] = UInt8(truncatingIfNeeded: checksum >> (24 - 8 * i)) }
      at = end + 4
    }
  }
}
