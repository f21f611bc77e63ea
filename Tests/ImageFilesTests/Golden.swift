// The files made by Fixtures/make_fixtures.py, and what they are to decode to.

import Foundation
import U2NetImageFiles
import Testing
import U2NetPlatform

struct Golden: Decodable {
  struct PNG: Decodable, CustomTestStringConvertible {
    let name: String
    let channels: Int
    let bitDepth: Int
    let start8: [UInt8]
    let fnv8: String
    let start16: [UInt16]
    let fnv16: String
    var testDescription: String { name }
  }

  /// A JPEG or WebP.
  struct Pixels: Decodable, CustomTestStringConvertible {
    let name: String
    let channels: Int
    let pixels: Data
    var testDescription: String { name }
  }

  struct Metadata: Decodable {
    let profile: Data
    let exif: Data
  }

  struct Orientation: Decodable {
    let pixels: Data
  }

  let width: Int
  let height: Int
  let png: [PNG]
  let jpeg: [Pixels]
  let webP: [Pixels]
  let metadata: Metadata
  let orientation: Orientation

  static let values = try! JSONDecoder().decode(Golden.self, from: Data(fixture("golden.json")))
}

func fixturePath(_ name: String) -> String {
  Bundle.module.bundleURL.appendingPathComponent("Fixtures").appendingPathComponent(name).path
}

func fixture(_ name: String) -> [UInt8] {
  try! ImageFile.read(fixturePath(name))
}
