extension Image where Sample == UInt8 {
  /// The image in 16 bits, over the full range: 255 becomes 65535.
  public var widened: Image<UInt16> {
    Image<UInt16>(width: width, height: height, channels: channels) { output in
      samples.withUnsafeBufferPointer { input in
        for i in 0..<input.count { output[i] = UInt16(input[i]) &* 257 }
      }
    }
  }
}

extension Image where Sample == UInt16 {
  /// The image in 8 bits: the high byte of each sample, as decoding to 8 bits gives.
  public var narrowed: Image<UInt8> {
    Image<UInt8>(width: width, height: height, channels: channels) { output in
      samples.withUnsafeBufferPointer { input in
        for i in 0..<input.count { output[i] = UInt8(truncatingIfNeeded: input[i] >> 8) }
      }
    }
  }
}
