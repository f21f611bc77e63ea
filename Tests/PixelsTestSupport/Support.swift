import U2NetPixels

/// FNV-1a, 64 bits.
public func fnv(_ bytes: some Sequence<UInt8>) -> String {
  var value: UInt64 = 0xCBF2_9CE4_8422_2325
  for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

/// The image that make_goldens.py of PixelsTests resamples.
public func texture(_ width: Int, _ height: Int, _ channels: Channels) -> Image<UInt8> {
  Image(width: width, height: height, channels: channels) { output in
    for i in output.indices {
      let (pixel, c) = i.quotientAndRemainder(dividingBy: channels.rawValue)
      let (y, x) = pixel.quotientAndRemainder(dividingBy: width)
      output[i] = UInt8(truncatingIfNeeded: 3 * x * x + 5 * y * y + 7 * x * y + 31 * c + x + 2 * y)
    }
  }
}
