import U2NetPixels

/// The colours of a photo of any channels, as numbers.
struct PhotoPixels<Sample: MaskSample> {
  private let samples: UnsafePointer<Sample>
  private let stride, green, blue: Int

  @inline(__always)
  fileprivate init(_ samples: UnsafePointer<Sample>, _ channels: Channels) {
    self.samples = samples
    (stride, green, blue) = colorLayout(channels)
  }

  /// Red, green and blue in 0…1, and 1.
  @inline(__always)
  subscript(pixel: Int) -> SIMD4<Float> {
    let sample = samples + pixel * stride
    return SIMD4(sample[0].share, sample[green].share, sample[blue].share, 1)
  }

  /// The same, for what depends on the last digits.
  @inline(__always)
  func precise(_ pixel: Int) -> SIMD4<Double> {
    let sample = samples + pixel * stride
    return SIMD4(sample[0].preciseShare, sample[green].preciseShare, sample[blue].preciseShare, 1)
  }
}

extension Image where Sample: MaskSample {
  @inline(__always)
  func withPixels<Result>(_ body: (PhotoPixels<Sample>) -> Result) -> Result {
    samples.withUnsafeBufferPointer { body(PhotoPixels($0.baseAddress!, channels)) }
  }
}

/// Where the colours of a pixel are: samples from pixel to pixel, and from its first sample to green and blue.
func colorLayout(_ channels: Channels) -> (stride: Int, green: Int, blue: Int) {
  channels.opaque == .gray ? (channels.rawValue, 0, 0) : (channels.rawValue, 1, 2)
}

/// An array of `count` elements that `fill` writes, all of them.
@inline(__always)
func filled<Element>(_ count: Int, _ fill: (UnsafeMutablePointer<Element>) -> Void) -> [Element] {
  [Element](unsafeUninitializedCapacity: count) { elements, initialized in
    fill(elements.baseAddress!)
    initialized = count
  }
}
