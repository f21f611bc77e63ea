import Foundation
import PixelsTestSupport
import U2NetImageFiles
import Testing
import U2NetPlatform

/// Files of Fixtures/make_odd_files.py: what libjpeg, libpng and Pillow read over, our own walk must read over, too.
struct OddFile: Decodable, CustomTestStringConvertible {
  let name: String
  let data: Data
  let orientation: Int
  let hasProfile: Bool
  let density: [Double]?
  private let picture: Int?
  var testDescription: String { name }

  private struct Table: Decodable {
    let files: [OddFile]
    let pictures: [Data]
  }

  private static let table = try! JSONDecoder().decode(Table.self, from: Data(fixture("odd-files.json")))
  static let all = table.files

  /// Pillow's upright RGB pixels, where it reads the file.
  var pixels: [UInt8]? { picture.map { [UInt8](Self.table.pictures[$0]) } }
}

@Suite struct OddFileTests {
  @Test(arguments: OddFile.all)
  func `turned, with profile and density, as by Pillow`(_ file: OddFile) throws {
    let bytes = [UInt8](file.data)
    #expect(try ImageFile.header(of: bytes, source: file.name).orientation.rawValue == file.orientation)
    let metadata = ImageFile.metadata(of: bytes)
    #expect((metadata.profile != nil) == file.hasProfile)
    if let density = file.density {
      #expect(metadata.density == PixelDensity(horizontal: density[0], vertical: density[1]))
    }
    let image = try Image<UInt8>(decoding: bytes, source: file.name)
    if file.orientation == 6 {
      let upright = [UInt8](Golden.values.orientation.pixels)
      #expect(image.width == Golden.values.width)
      #expect(zip(image.samples, upright).allSatisfy { abs(Int($0) - Int($1)) <= 12 })
    }
    if let pixels = file.pixels {
      // Decoders of JPEG may round differently.
      let tolerance = file.name.hasPrefix("jpeg") ? 2 : 0
      #expect(image.samples.count == pixels.count)
      #expect(zip(image.samples, pixels).allSatisfy { abs(Int($0) - Int($1)) <= tolerance })
    }
    // And no result turns it again.
    for written in [
      image.pngData(metadata: metadata), try image.jpegData(metadata: metadata, source: "x"),
      try image.webPData(metadata: metadata, source: "x"),
    ] {
      #expect(try ImageFile.header(of: written, source: "x").orientation == .up)
    }
  }

  @Test func `odd files with changed bytes`() {
    var random = SplitMix64(seed: 21)
    for file in OddFile.all {
      for _ in 0..<100 {
        var changed = [UInt8](file.data)
        for _ in 0..<Int.random(in: 1...3, using: &random) {
          changed[Int.random(in: 0..<min(changed.count, 700), using: &random)] = .random(in: 0...255, using: &random)
        }
        let metadata = ImageFile.metadata(of: changed)
        let written = texture(3, 2, .rgb).pngData(metadata: metadata)
        #expect((try? ImageFile.header(of: written, source: "x"))?.orientation == .up)
        _ = try? Image<UInt8>(decoding: changed, source: "x", pixelLimit: 100_000)
      }
    }
  }
}
