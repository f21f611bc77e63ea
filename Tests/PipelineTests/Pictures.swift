import U2Net

/// A disc before a plain ground, with some structure in both.
func disc<Sample: PhotoSample>(
  _: Sample.Type = UInt8.self, width: Int = 120, height: Int = 90, channels: Channels = .rgb
) -> Image<Sample> {
  var samples: [Sample] = []
  for y in 0..<height {
    for x in 0..<width {
      let (dx, dy) = (x - width / 2, y - height / 2), isObject = 16 * (dx * dx + dy * dy) < height * height
      let noise = Float((x * 7919 + y * 104_729) % 256) / 255 * 0.1
      let color: [Float] = isObject ? [0.85, 0.2, 0.1] : [0.2, 0.3, 0.35]
      samples += color.map { Sample(share: $0 + noise) }
      if channels == .rgba { samples.append(x < 4 ? .none : .full) }
    }
  }
  return Image(width: width, height: height, channels: channels, samples: samples)
}

/// A picture without an object.
let plain = Image<UInt8>(width: 40, height: 30, channels: .rgb, samples: [UInt8](repeating: 120, count: 3600))

func decoded(_ bytes: [UInt8]?) throws -> Image<UInt8> {
  try Image<UInt8>(decoding: bytes ?? [], source: "result")
}
