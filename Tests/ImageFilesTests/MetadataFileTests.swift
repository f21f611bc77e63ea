import Foundation
import PixelsTestSupport
import U2NetImageFiles
import Testing
import U2NetPlatform

/// Files of Fixtures/make_metadata_files.py, and what of their metadata goes with upright pictures.
@Suite struct MetadataFileTests {
  /// Sizes and pairs of numbers are across and down, of the upright picture.
  struct Resolution: Decodable, CustomTestStringConvertible {
    let name: String
    let data: Data
    let size: [Int]
    /// Per inch.
    let density: [Double]?
    let aspect: [Double]?
    /// In EXIF, in whatever unit.
    let exif: [Double]?
    var testDescription: String { name }
  }

  struct Place: Decodable, CustomTestStringConvertible {
    let name: String
    let data, pixels: Data
    let size: [Int]
    let hasProfile: Bool
    var testDescription: String { name }
  }

  struct Tags: Decodable {
    let kept: [Int]
    /// Tags and their values in an upright picture.
    let exchanged: [[Int]]
    let files: [Data]
  }

  struct Profile: Decodable, CustomTestStringConvertible {
    let name: String
    let data: Data
    let remark: String?
    var testDescription: String { name }
  }

  struct Table: Decodable {
    let resolutions: [Resolution]
    let places: [Place]
    let tags: Tags
    let profiles: [Profile]
  }

  static let table = try! JSONDecoder().decode(Table.self, from: Data(fixture("metadata-files.json")))

  /// The three files that can be written.
  private func files(_ image: Image<UInt8>, _ metadata: Metadata) throws -> [(name: String, bytes: [UInt8])] {
    [
      ("png", image.pngData(metadata: metadata)),
      ("jpeg", try image.jpegData(metadata: metadata, source: "x")),
      ("webp", try image.webPData(metadata: metadata, source: "x")),
    ]
  }

  private func isNear(_ found: (Double, Double)?, _ wanted: [Double]?, _ tolerance: Double) -> Bool {
    guard let found, let wanted else { return found == nil && wanted == nil }
    return abs(found.0 - wanted[0]) <= tolerance && abs(found.1 - wanted[1]) <= tolerance
  }

  @Test(arguments: MetadataFileTests.table.resolutions)
  func `resolution and shape of pixels are those of the upright picture`(_ file: Resolution) throws {
    let bytes = [UInt8](file.data)
    let image = try Image<UInt8>(decoding: bytes, source: file.name), metadata = ImageFile.metadata(of: bytes)
    #expect([image.width, image.height] == file.size)
    for (format, written) in try files(image, metadata) {
      let carried = ImageFile.metadata(of: written)
      let found = carried.density.map { ($0.horizontal, $0.vertical) }
      let isRight = isNear(found, file.density, 0.51)
      #expect(isRight, "\(format): \(carried)")
      let ratio = carried.aspect.map { Double($0.horizontal) / Double($0.vertical) }
      let wanted = file.aspect.map { $0[0] / $0[1] }
      #expect((ratio == nil) == (wanted == nil) && abs((ratio ?? 1) - (wanted ?? 1)) < 1e-3, "\(format): \(carried)")
      // To write it again changes nothing.
      #expect(carried.orientation == .up)
      if format != "jpeg" { #expect(ImageFile.metadata(of: image.pngData(metadata: carried)).aspect == carried.aspect) }
      if let exif = file.exif, format != "webp" {
        let values = ExifReader(try #require(carried.exif)).values
        #expect(values[0x011A] == exif[0] && values[0x011B] == exif[1], "\(format): \(values)")
      }
    }
  }

  @Test func `what is of the old pixels goes, by the tags of EXIF 3`() throws {
    let tags = Self.table.tags
    for file in tags.files {
      let bytes = [UInt8](file), image = try Image<UInt8>(decoding: bytes, source: "x")
      let metadata = ImageFile.metadata(of: bytes)
      for (format, written) in try files(image, metadata) {
        let values = ExifReader(try #require(ImageFile.metadata(of: written).exif)).values
        #expect(values.keys.sorted() == tags.kept.sorted(), "\(format)")
        for pair in tags.exchanged { #expect(values[pair[0]] == Double(pair[1]), "\(format) \(pair)") }
        #expect(values[0x0112] == 1 && values[0xA002] == Double(image.width) && values[0xA003] == Double(image.height))
      }
      // A picture of another scale has no pixel of the sensor, a mask no colours.
      func tagsLost(_ changed: Metadata) throws -> Set<Int> {
        let exif = try #require(ImageFile.metadata(of: image.pngData(metadata: changed)).exif)
        return Set(tags.kept).subtracting(ExifReader(exif).values.keys)
      }
      #expect(try tagsLost(metadata.withoutScale) == [0x920E, 0x920F, 0x9210, 0xA20E, 0xA20F, 0xA210])
      #expect(try tagsLost(metadata.withoutColors) == [0xA001, 0xA500])
      // Where EXIF does not say how the picture lies, its file may.
      var upright = metadata
      upright.exif = image.exifWithoutOrientation(metadata)
      upright.orientation = .up
      let first = ExifReader(try #require(ImageFile.metadata(of: image.pngData(metadata: upright)).exif)).values
      #expect(first[0xA20E] == 1500)
      upright.orientation = .right
      let second = ExifReader(try #require(ImageFile.metadata(of: image.pngData(metadata: upright)).exif)).values
      #expect(second[0xA20E] == 3000)
    }
  }

  @Test(arguments: MetadataFileTests.table.places)
  func `turned as by Pillow, wherever it is said`(_ file: Place) throws {
    let bytes = [UInt8](file.data)
    let image = try Image<UInt8>(decoding: bytes, source: file.name)
    #expect([image.width, image.height] == file.size)
    let tolerance = file.name.hasPrefix("jpeg") ? 2 : 0
    #expect(zip(image.samples, file.pixels).allSatisfy { abs(Int($0) - Int($1)) <= tolerance })
    let metadata = ImageFile.metadata(of: bytes)
    #expect((metadata.profile != nil) == file.hasProfile)
    for (_, written) in try files(image, metadata) {
      #expect(try ImageFile.header(of: written, source: "x").orientation == .up)
      // Whoever knows one mark only reads it, too.
      guard let exif = ImageFile.metadata(of: written).exif else { continue }
      #expect(exif.starts(with: [0x49, 0x49, 42, 0]) || exif.starts(with: [0x4D, 0x4D, 0, 42]))
    }
  }

  @Test(arguments: MetadataFileTests.table.profiles)
  func `a profile that is of no use is left out, which is told`(_ file: Profile) throws {
    let bytes = [UInt8](file.data)
    var remarks: [String] = []
    let image = try Image<UInt8>(decoding: bytes, source: file.name) { remarks.append($0) }
    let metadata = ImageFile.usableMetadata(of: bytes) { remarks.append($0) }
    #expect(remarks == [file.remark].compactMap(\.self))
    #expect((metadata.profile == nil) == (file.remark != nil))
    if file.remark != nil {
      for (_, written) in try files(image, metadata) { #expect(ImageFile.metadata(of: written).profile == nil) }
    } else {
      #expect(metadata == ImageFile.metadata(of: bytes))
    }
  }

  @Test func `profiles and tags with changed bytes`() throws {
    var random = SplitMix64(seed: 5)
    let image = texture(3, 2, .rgb)
    for file in Self.table.profiles.map(\.data) + Self.table.tags.files {
      for _ in 0..<50 {
        var changed = [UInt8](file)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          changed[Int.random(in: 0..<min(changed.count, 1500), using: &random)] = .random(in: 0...255, using: &random)
        }
        let written = image.pngData(metadata: ImageFile.usableMetadata(of: changed) { _ in })
        #expect((try? ImageFile.header(of: written, source: "x"))?.orientation == .up)
      }
    }
  }

  @Test func `EXIF that cannot be read is told, and an empty one is none`() throws {
    let plain = texture(3, 2, .rgb).pngData()
    for (exif, expected) in [
      (Array("II*\0\u{8}\0\0\0\u{9}".utf8), ["its EXIF cannot be read and is left out"]), ([], []),
    ] as [([UInt8], [String])] {
      let body = Array("eXIf".utf8) + exif, checksum = crc32(body)
      var bytes = plain
      let length: [UInt8] = [0, 0, 0, UInt8(exif.count)]
      let end: [UInt8] = (0..<4).map { UInt8(truncatingIfNeeded: checksum >> (24 - 8 * $0)) }
      bytes.insert(contentsOf: length + body + end, at: 33)
      var remarks: [String] = []
      _ = ImageFile.usableMetadata(of: bytes) { remarks.append($0) }
      #expect(remarks == expected)
    }
  }
}

extension Image<UInt8> {
  /// The EXIF of this upright picture with the tag of the orientation made another.
  fileprivate func exifWithoutOrientation(_ metadata: Metadata) -> [UInt8]? {
    guard var exif = ImageFile.metadata(of: pngData(metadata: metadata)).exif else { return nil }
    let isLittleEndian = exif[0] == 0x49
    let tag: [UInt8] = isLittleEndian ? [0x12, 0x01, 3, 0] : [0x01, 0x12, 0, 3]
    guard let at = exif.indices.first(where: { exif[$0...].starts(with: tag) }) else { return nil }
    // Copyright of one short, which says nothing.
    exif.replaceSubrange(at..<at + 2, with: isLittleEndian ? [0x98, 0x82] : [0x82, 0x98])
    return exif
  }
}

/// First values of all entries of EXIF's directories, by tag: numbers, or 0 for what is none.
private struct ExifReader {
  private let bytes: [UInt8]
  private(set) var values: [Int: Double] = [:]

  init(_ exif: [UInt8]) {
    bytes = exif
    add(number(4, 4))
  }

  private func number(_ at: Int, _ count: Int) -> Int {
    let field = bytes[at..<at + count]
    return (bytes[0] == 0x49 ? Array(field.reversed()) : Array(field)).reduce(0) { $0 << 8 | Int($1) }
  }

  private mutating func add(_ start: Int) {
    for at in (0..<number(start, 2)).map({ start + 2 + 12 * $0 }) {
      let tag = number(at, 2)
      switch number(at + 2, 2) {
      case 3: values[tag] = Double(number(at + 8, 2))
      case 4: values[tag] = Double(number(at + 8, 4))
      case 5:
        let value = number(at + 8, 4)
        values[tag] = Double(number(value, 4)) / Double(number(value + 4, 4))
      default: values[tag] = 0
      }
      if [0x8769, 0xA005].contains(tag) { add(number(at + 8, 4)) }
    }
  }
}
