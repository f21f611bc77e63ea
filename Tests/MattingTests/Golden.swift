// What Fixtures/make_goldens.py measured.

import Foundation
import Images
import Matting

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

  let foreground: Foreground

  static let values: Golden = {
    let file = Bundle.module.bundleURL.appendingPathComponent("Fixtures/golden.json")
    return try! JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
  }()
}
