// The files made by Fixtures/make_fixtures.py, and what they are to decode to.

import Foundation
import U2NetImages
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

  struct Bytes: Decodable {
    let sizes: [Int]
    let filter: String
    let channels: Int
    let start: [UInt8]
    let fnv: String
  }

  struct Floats: Decodable {
    let sizes: [Int]
    let filter: String
    let sum: Double
    let start: [Float]
    let end: [Float]
  }

  struct Unantialiased: Decodable {
    let sizes: [Int]
    let least: UInt8
    let sum: Double
    let start: [Float]
    let end: [Float]
  }

  struct Resampling: Decodable {
    let bytes: [Bytes]
    let floats: [Floats]
    let unantialiased: [Unantialiased]
  }

  let width: Int
  let height: Int
  let png: [PNG]
  let jpeg: [Pixels]
  let webP: [Pixels]
  let metadata: Metadata
  let orientation: Orientation
  let resampling: Resampling

  static let values = try! JSONDecoder().decode(Golden.self, from: Data(fixture("golden.json")))
}

func fixturePath(_ name: String) -> String {
  Bundle.module.bundleURL.appendingPathComponent("Fixtures").appendingPathComponent(name).path
}

func fixture(_ name: String) -> [UInt8] {
  try! ImageFile.read(fixturePath(name))
}

/// FNV-1a, 64 bits.
func fnv(_ bytes: some Sequence<UInt8>) -> String {
  var value: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

/// The image that make_fixtures.py resamples.
func texture(_ width: Int, _ height: Int, _ channels: Channels) -> Image<UInt8> {
  Image(width: width, height: height, channels: channels) { output in
    for i in output.indices {
      let (pixel, c) = i.quotientAndRemainder(dividingBy: channels.rawValue)
      let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
      output[i] = UInt8(truncatingIfNeeded: 3 * x * x + 5 * y * y + 7 * x * y + 31 * c + x + 2 * y)
    }
  }
}
