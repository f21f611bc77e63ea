import Foundation
import U2NetImageFiles
import Testing

/// Against Pillow's lcms2, by Fixtures/make_odd_files.py.
@Suite struct ColorTests {
  private struct Golden: Decodable {
    let wide, cmyk, shown: Data
    let asked, told: [[UInt8]]
    static let values = try! JSONDecoder().decode(Golden.self, from: Data(fixture("colours.json")))
  }

  @Test func `inks are shown by their profile`() throws {
    let bytes = [UInt8](Golden.values.cmyk), shown = [UInt8](Golden.values.shown)
    let image = try Image<UInt8>(decoding: bytes, source: "x") { Issue.record("\($0)") }
    #expect(image.samples.count == shown.count)
    // Pillow brings its own decoder and lcms2, which may round differently.
    let differences = zip(image.samples, shown).map { abs(Int($0) - Int($1)) }
    #expect(differences.max()! <= 8 && differences.reduce(0, +) < differences.count)
    // Without the profile, or with one that cannot be read, they are what they were.
    let mark = Array("ICC_PROFILE\0".utf8)
    let at = try #require(bytes.indices.first { bytes[$0...].starts(with: mark) })
    var plain = bytes, damaged = bytes
    plain[at] = 0
    damaged.replaceSubrange(at + 14 + 128..<at + 14 + 132, with: [255, 255, 255, 255])
    var remarks: [String] = []
    let naive = try Image<UInt8>(decoding: plain, source: "x")
    #expect(try Image<UInt8>(decoding: damaged, source: "x") { remarks.append($0) } == naive)
    #expect(remarks == ["its colour profile cannot be read and is left out"])
    #expect(zip(image.samples, naive.samples).contains { abs(Int($0) - Int($1)) > 20 })
    #expect(ImageFile.metadata(of: image.pngData(metadata: ImageFile.metadata(of: bytes))).profile == nil)
  }

  @Test func `colours of one profile in another`() {
    let values = Golden.values
    let wide = Metadata(profile: [UInt8](values.wide)), plain = Metadata()
    let asked = Image<UInt8>(
      width: values.asked.count, height: 1, channels: .rgb, samples: Array(values.asked.joined()))
    let told = asked.converted(from: plain, to: wide)
    #expect(zip(told.samples, values.told.joined()).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    #expect(
      zip(told.converted(from: wide, to: plain).samples, asked.samples).allSatisfy { abs(Int($0) - Int($1)) <= 2 })
    #expect(asked.converted(from: wide, to: wide) == asked && asked.converted(from: plain, to: plain) == asked)
    var damaged = [UInt8](values.wide)
    damaged.replaceSubrange(128..<132, with: [255, 255, 255, 255])
    #expect(asked.converted(from: plain, to: Metadata(profile: damaged)) == asked)
    #expect(plain.hasColors(of: Metadata(density: PixelDensity(horizontal: 72, vertical: 72))))
    #expect(!plain.hasColors(of: wide))
  }

  /// A PNG of one pixel whose colours a `cICP` chunk names.
  private func png(_ codes: [UInt8], _ rgb: [UInt8]) -> [UInt8] {
    var bytes = Image<UInt8>(width: 1, height: 1, channels: .rgb, samples: rgb).pngData()
    let body = Array("cICP".utf8) + codes, checksum = crc32(body)
    let check = (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (24 - 8 * $0)) }
    bytes.insert(contentsOf: [0, 0, 0, 4] + body + check, at: 33)
    return bytes
  }

  @Test(
    arguments: [
      // Primaries and transfer, and an sRGB colour in them: by the formulas of H.273, worked out by hand.
      ([12, 13], [255, 0, 0], [234, 51, 35]),  // Display P3
      ([1, 8], [188, 188, 188], [129, 129, 129]),  // linear light
      ([9, 16], [188, 188, 188], [130, 130, 130]),  // PQ, where white has 203 of 10000 candelas
      ([9, 18], [188, 188, 188], [161, 161, 161]),  // HLG
      ([1, 4], [128, 128, 128], [128, 128, 128]),  // gamma 2.2
    ] as [([UInt8], [UInt8], [UInt8])])
  func `colours that a PNG names by code points`(_ codes: [UInt8], _ asked: [UInt8], _ told: [UInt8]) throws {
    let bytes = png(codes + [0, 1], told)
    var remarks: [String] = []
    let image = try Image<UInt8>(decoding: bytes, source: "x") { remarks.append($0) }
    #expect(remarks == [])
    let metadata = ImageFile.metadata(of: bytes), plain = Metadata()
    #expect(!metadata.hasColors(of: plain))
    let color = Image<UInt8>(width: 1, height: 1, channels: .rgb, samples: asked)
    func isNear(_ found: Image<UInt8>, _ wanted: [UInt8]) -> Bool {
      zip(found.samples, wanted).allSatisfy { abs(Int($0) - Int($1)) <= 1 }
    }
    #expect(isNear(color.converted(from: plain, to: metadata), told))
    // A PNG keeps the chunk; others say the same by a profile.
    #expect(ImageFile.metadata(of: image.pngData(metadata: metadata)) == metadata)
    for other in [
      try image.jpegData(metadata: metadata, source: "x"), try image.webPData(metadata: metadata, source: "x"),
    ] {
      let carried = ImageFile.metadata(of: other)
      #expect(carried.profile != nil)
      #expect(isNear(color.converted(from: plain, to: carried), told))
    }
  }

  @Test func `white is a page's where there is a brighter one`() {
    let white = Image<UInt8>(width: 1, height: 1, channels: .rgb, samples: [255, 255, 255])
    for (transfer, value): (UInt8, UInt8) in [(16, 148), (18, 191), (13, 255)] {
      let metadata = ImageFile.metadata(of: png([9, transfer, 0, 1], [1, 2, 3]))
      let shown = white.converted(from: Metadata(), to: metadata)
      #expect(shown.samples.allSatisfy { abs(Int($0) - Int(value)) <= 1 }, "\(transfer)")
    }
  }

  @Test func `code points of sRGB, unknown ones, and beside a profile`() throws {
    let plain = Metadata()
    #expect(ImageFile.metadata(of: png([1, 13, 0, 1], [1, 2, 3])).hasColors(of: plain))
    for unknown: [UInt8] in [[99, 13, 0, 1], [1, 99, 0, 1], [1, 13, 1, 1], [9, 16, 0, 0]] {
      let bytes = png(unknown, [1, 2, 3])
      var remarks: [String] = []
      let image = try Image<UInt8>(decoding: bytes, source: "x") { remarks.append($0) }
      #expect(remarks == ["its cICP chunk names colours that are not known"])
      let metadata = ImageFile.metadata(of: bytes)
      #expect(metadata.hasColors(of: plain))
      #expect(ImageFile.metadata(of: try image.jpegData(metadata: metadata, source: "x")).profile == nil)
      #expect(ImageFile.metadata(of: image.pngData(metadata: metadata)) == metadata)
    }
    var both = ImageFile.metadata(of: png([1, 13, 0, 1], [1, 2, 3]))
    both.profile = [UInt8](Golden.values.wide)
    #expect(both.hasColors(of: plain))
  }

  /// An ICC profile of greys with a gamma (ICC.1, 10.6: in 256ths).
  private func grayProfile(gamma: Double) -> [UInt8] {
    func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
    let white = Array("XYZ ".utf8) + number(0) + [63190, 65536, 54061].flatMap(number)
    let fraction = Int((256 * gamma).rounded())
    let curve = Array("curv".utf8) + number(0) + number(1) + [UInt8(fraction / 256), UInt8(fraction % 256), 0, 0]
    let table =
      number(2) + Array("wtpt".utf8) + number(156) + number(20) + Array("kTRC".utf8) + number(176) + number(14)
    let size = 192
    let header =
      number(size) + Array("lcms".utf8) + number(0x0240_0000) + Array("mntrGRAYXYZ ".utf8)
      + [UInt8](repeating: 0, count: 12) + Array("acsp".utf8) + [UInt8](repeating: 0, count: 28)
      + [63190, 65536, 54061].flatMap(number)
    return header + [UInt8](repeating: 0, count: 128 - header.count) + table + white + curve
  }

  @Test func `a grey photo's greys look the same in its cut-out`() throws {
    let metadata = Metadata(profile: grayProfile(gamma: 1.8)), plain = Metadata()
    let gray = Image<UInt8>(width: 3, height: 1, channels: .gray, samples: [0, 128, 255])
    #expect(ImageFile.metadata(of: gray.pngData(metadata: metadata)) == metadata)
    let cutout = gray.withAlpha(gray)
    for bytes in [
      cutout.pngData(metadata: metadata), try cutout.webPData(metadata: metadata, source: "x"),
      try cutout.rgb.jpegData(metadata: metadata, source: "x"),
    ] {
      let carried = ImageFile.metadata(of: bytes)
      #expect(carried.profile != nil)
      // 0.5 to the power of 1.8 is a light of 0.289, in sRGB 147.
      let shown = gray.rgb.converted(from: carried, to: plain).samples
      #expect(zip(shown, [0, 0, 0, 147, 147, 147, 255, 255, 255]).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
    }
    // What is put behind it shows as it is asked for.
    #expect(!metadata.hasColors(of: plain))
    let asked = Image<UInt8>(width: 1, height: 1, channels: .rgb, samples: [147, 147, 147])
    #expect(asked.converted(from: plain, to: metadata).samples.allSatisfy { abs(Int($0) - 128) <= 1 })
  }
}
