import U2NetPixels

/// How a photo becomes the network's input, and the network's map a mask of the photo's size.
///
/// Both squash the photo to a square, divide by its largest value and normalise with the network's means and deviations.
public enum Preprocessing: String, CaseIterable, Sendable {
  /// rembg's: Lanczos both ways, anti-aliased; an alpha channel is dropped.
  case rembg
  /// The paper's authors': bilinear without anti-aliasing in, bilinear out; an alpha channel takes part in the
  /// largest value, grey photos are normalised with red's constants.
  case authors

  /// The least sides that a photo may be decoded with so that the mask stays what it is; nil: its full size.
  ///
  /// Decoding a JPEG at a fraction of its size averages pixels, as the Lanczos filter would next. Measured on eight JPEGs
  /// of 9 to 16 megapixels, masks of such photos differ by at most 0.29 of 255 on average (full: 0.19) from those of
  /// the whole photos; with half these sides it would be 0.81.
  public func sufficientSides(inputSize: Int) -> Int? { self == .rembg ? 4 * inputSize : nil }

  /// Writes `photo` as 3×size×size planes, R, G, B, in the range the weights were trained with (for U²-Net's about −2.1 … 2.7).
  /// - Parameters:
  ///   - planes: 3·size·size floats.
  ///   - photo: any size and channels.
  ///   - size: side of the square in pixels.
  ///   - input: whose range.
  ///   - threads: that work on it.
  package func fill(
    _ planes: UnsafeMutableBufferPointer<Float>, from photo: Image<UInt8>, size: Int, for input: NetworkInput,
    threads: Int
  ) {
    switch self {
    case .rembg:
      fill(planes, from: photo.rgb.resized(width: size, height: size, filter: .lanczos, threads: threads), for: input)
    case .authors: fill(planes, from: photo.resizedBilinearWithoutAntialiasing(width: size, height: size), for: input)
    }
  }

  /// As `fill(_:from:size:for:threads:)` of an image with the same pixels, read where they lie.
  package func fill(
    _ planes: UnsafeMutableBufferPointer<Float>, from photo: PixelBuffer, size: Int, for input: NetworkInput,
    threads: Int
  ) {
    switch self {
    case .rembg:
      fill(planes, from: photo.resizedRGB(width: size, height: size, filter: .lanczos, threads: threads), for: input)
    case .authors: fill(planes, from: photo.resizedBilinearWithoutAntialiasing(width: size, height: size), for: input)
    }
  }

  /// rembg's normalisation of a square of RGB.
  private func fill(_ planes: UnsafeMutableBufferPointer<Float>, from small: Image<UInt8>, for input: NetworkInput) {
    let pixels = small.width * small.height
    let largest = max(Double(small.samples.max()!), 1e-6)
    let tables = (0..<3).map { c in
      (0..<256).map { Float((Double($0) / largest - input.mean[c]) / input.deviation[c]) }
    }
    for c in 0..<3 {
      for i in 0..<pixels { planes[c * pixels + i] = tables[c][Int(small.samples[3 * i + c])] }
    }
  }

  /// The authors' normalisation of a square of any channels.
  private func fill(_ planes: UnsafeMutableBufferPointer<Float>, from small: Image<Float>, for input: NetworkInput) {
    let pixels = small.width * small.height
    let largest = max(Double(small.samples.max()!), 1e-6)
    let stride = small.channels.rawValue, isGray = stride < 3
    for c in 0..<3 {
      let source = isGray ? 0 : c
      for i in 0..<pixels {
        let value = Double(small.samples[stride * i + source]) / largest
        planes[c * pixels + i] = Float((value - input.mean[source]) / input.deviation[source])
      }
    }
  }

  /// The filter that brings a mask back to the photo's size.
  var maskFilter: ResampleFilter { self == .rembg ? .lanczos : .bilinear }
}

/// How the network's probabilities become grey values.
public enum Normalization: String, CaseIterable, Sendable {
  /// Stretched so that the least salient pixel becomes 0 and the most salient one 1, as the authors and rembg do.
  case minmax
  /// The probabilities as they are.
  case sigmoid
}
