// What Fixtures/make_goldens.py measured.

import Foundation
import U2NetPixels
import U2NetMatting

struct Golden: Decodable {
  struct Foreground: Decodable {
    let width: Int
    let height: Int
    let photo: [UInt8]
    let alpha: [UInt8]
    let foreground: [Float]
    let background: [Float]

    func photo<Sample: MaskSample>(_: Sample.Type) -> Image<Sample> { image(photo, .rgb) }
    func alpha<Sample: MaskSample>(_: Sample.Type) -> Image<Sample> { image(alpha, .gray) }

    private func image<Sample: MaskSample>(_ samples: [UInt8], _ channels: Channels) -> Image<Sample> {
      Image(width: width, height: height, channels: channels, samples: samples).converted(to: Sample.self)
    }
  }

  struct Morphology: Decodable {
    let width: Int
    let height: Int
    let radius: Double
    let eroded: String
    let dilated: String
  }

  struct Rembg: Decodable {
    let picture: String
    let width: Int
    let height: Int
    let shift: Int
    let result: String
  }

  struct Blur: Decodable {
    let width: Int
    let height: Int
    let sigma: Double
    let start: [Float]
    let end: [Float]
    let sum: Double
  }

  struct Regions: Decodable {
    let width: Int
    let height: Int
    let least: Int
    let withoutSpecks: String
    let withoutHoles: String
  }

  struct Trimap: Decodable {
    let width: Int
    let height: Int
    let foreground: UInt8
    let background: UInt8
    let erosion: Int
    let result: String
  }

  struct Matting: Decodable {
    let width: Int
    let height: Int
    let alpha: [Float]
    private let photoSamples: [UInt8]
    private let trimapSamples: [UInt8]

    private enum CodingKeys: String, CodingKey {
      case width, height, alpha
      case photoSamples = "photo"
      case trimapSamples = "trimap"
    }

    var photo: Image<UInt8> { Image(width: width, height: height, channels: .rgb, samples: photoSamples) }
    var trimap: Image<UInt8> { Image(width: width, height: height, channels: .gray, samples: trimapSamples) }
  }

  let trimaps: [Trimap]
  let matting: [Matting]
  let foreground: Foreground
  let morphology: [Morphology]
  let rembg: [Rembg]
  let blur: [Blur]
  let regions: [Regions]

  static let values: Golden = {
    let file = Bundle.module.bundleURL.appendingPathComponent("Fixtures/golden.json")
    return try! JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }()
}

/// FNV-1a, 64 bits.
func fnv(_ bytes: some Sequence<UInt8>) -> String {
  var value: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

/// As in make_goldens.py.
func noise(_ width: Int, _ height: Int) -> Image<UInt8> {
  gray(width, height) { x, y in UInt8(truncatingIfNeeded: 3 * x * x + 5 * y * y + 7 * x * y + x + 2 * y) }
}

/// As in make_goldens.py.
func blobs(_ width: Int, _ height: Int) -> Image<UInt8> {
  func wave(_ v: Int, _ period: Int) -> Int { abs((v % (2 * period) + 2 * period) % (2 * period) - period) }
  return gray(width, height) { x, y in
    let smooth = wave(x, 13) * wave(y, 11) + wave(x + y, 7) * 4 + wave(2 * x - y, 29) * 2
    return UInt8(max(0, min(255, (smooth - 55) * 5)))
  }
}
