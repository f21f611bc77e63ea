import Foundation
import U2NetImages
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
}
