extension Image where Sample == UInt8 {
  /// The image at another size by scikit-image's `resize` as it was up to 0.14 and is with `anti_aliasing=False`
  /// (order 1, mode "constant", fill 0, clipped): what the authors of U²-Net fed their network.
  ///
  /// Each output pixel mixes the four input pixels around (i + 0.5) input / output - 0.5, however much the image
  /// shrinks. Pixels outside the image count as 0, so that enlarging darkens the border, yet never below the
  /// darkest sample of the image.
  ///
  /// - Parameters:
  ///   - width: in pixels, at least 1.
  ///   - height: in pixels, at least 1.
  /// - Returns: samples divided by 255, in 0...1; channels as here.
  public func resizedBilinearWithoutAntialiasing(width: Int, height: Int) -> Image<Float> {
    withView { $0.resizedBilinear(width: width, height: height) }
  }
}

extension SampleView {
  func resizedBilinear(width: Int, height: Int) -> Image<Float> {
    precondition(width > 0 && height > 0, "an image cannot be resized to \(width) x \(height)")
    let across = (0..<width).map { Neighbours(of: $0, from: self.width, to: width) }
    let down = (0..<height).map { Neighbours(of: $0, from: self.height, to: height) }
    return Image<Float>(width: width, height: height, channels: channels) { output in
      let (least, most) = extremes
      var at = 0
      for y in down {
        let (upper, lower) = (start + y.first * bytesPerRow, start + y.second * bytesPerRow)
        for x in across {
          let (left, right) = (x.first * bytesPerPixel, x.second * bytesPerPixel)
          for c in offsets {
            func mixed(_ row: UnsafePointer<UInt8>) -> Double {
              Double(row[left + c]) * x.firstWeight + Double(row[right + c]) * x.secondWeight
            }
            let value = mixed(upper) * y.firstWeight + mixed(lower) * y.secondWeight
            output[at] = Float(min(max(value, Double(least)), Double(most)) / 255)
            at += 1
          }
        }
      }
    }
  }
}

/// The two input positions around an output position along one axis. One outside the image has weight 0, and
/// stands at the border.
private struct Neighbours {
  let first, second: Int
  let firstWeight, secondWeight: Double

  init(of position: Int, from input: Int, to output: Int) {
    let centre = (Double(position) + 0.5) * (Double(input) / Double(output)) - 0.5
    let floor = centre.rounded(.down)
    let before = Int(floor)
    first = max(before, 0)
    second = min(before + 1, input - 1)
    firstWeight = before < 0 ? 0 : 1 - (centre - floor)
    secondWeight = before + 1 >= input ? 0 : centre - floor
  }
}
