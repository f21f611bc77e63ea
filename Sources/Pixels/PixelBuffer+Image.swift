// Pixel buffers as images and the other way round.

extension PixelBuffer {
  /// The pixels of an image, which it keeps.
  public init(_ image: Image<UInt8>) {
    self.init(image.samples, width: image.width, height: image.height, layout: Layout(image.channels))
  }

  /// The pixels of an image, which it keeps.
  public init(_ image: Image<UInt16>) {
    self.init(image.samples, width: image.width, height: image.height, layout: Layout(image.channels))
  }
}

extension PixelBuffer.Layout {
  /// That of an image's samples.
  public init(_ channels: Channels) {
    switch channels {
    case .gray: self = .gray
    case .grayAlpha: self = .grayAlpha
    case .rgb: self = .rgb
    case .rgba: self = .rgba
    }
  }
}

extension Image where Sample == UInt8 {
  /// A copy of a buffer's pixels in 8 bits: of 16 the high bytes, as decoding a file to 8 bits gives.
  public init(_ buffer: PixelBuffer) {
    self = buffer.withView { view in
      Image(width: view.width, height: view.height, channels: view.channels) { output in
        view.copy(0..<view.height, to: output.baseAddress!)
      }
    }
  }
}

extension Image where Sample == UInt16 {
  /// A copy of a buffer's pixels in 16 bits: of 8 over the full range, as decoding a file to 16 bits gives.
  public init(_ buffer: PixelBuffer) {
    guard buffer.bitsPerSample == 16 else {
      self = Image<UInt8>(buffer).widened
      return
    }
    let order = buffer.layout.order, pixel = 2 * buffer.layout.samples
    self.init(width: buffer.width, height: buffer.height, channels: buffer.layout.channels) { output in
      buffer.withUnsafeBytes { memory in
        var at = 0
        for y in 0..<buffer.height {
          for x in 0..<buffer.width {
            for sample in order {
              output[at] = memory.loadUnaligned(
                fromByteOffset: y * buffer.bytesPerRow + x * pixel + 2 * sample, as: UInt16.self)
              at += 1
            }
          }
        }
      }
    }
  }
}
