import U2NetPixels

/// A colour of 8 bits per channel, not premultiplied.
public struct Color: Sendable, Hashable {
  /// 0…255; alpha 0 is transparent.
  public let red, green, blue, alpha: UInt8

  /// Opaque unless told otherwise.
  public init(red: UInt8, green: UInt8, blue: UInt8, alpha: UInt8 = 255) {
    (self.red, self.green, self.blue, self.alpha) = (red, green, blue, alpha)
  }
}

extension Image where Sample: MaskSample {
  /// This RGBA image over a colour, rounded to the nearest: RGB over an opaque colour, else RGBA.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public func composited(over color: Color, threads: Int = 1) -> Image {
    requireCutout()
    let below = [color.red, color.green, color.blue].map { Sample(share: $0.share) }
    if color.alpha == 255 {
      return compositedOpaquely(threads: threads) { _, c in below[c] }
    }
    let share = color.alpha.share, colors = below.map(\.share)
    return Image(width: width, height: height, channels: .rgba) { output in
      samples.withUnsafeBufferPointer { input in
        for i in 0..<width * height {
          let own = input[4 * i + 3].share, rest = share * (1 - own), alpha = own + rest
          let scale = alpha > 0 ? 1 / alpha : 0
          for c in 0..<3 {
            output[4 * i + c] = Sample(share: (input[4 * i + c].share * own + colors[c] * rest) * scale)
          }
          output[4 * i + 3] = Sample(share: alpha)
        }
      }
    }
  }

  /// This RGBA image over another picture, whose own alpha is ignored. It is scaled to cover this image and cut equally
  /// at both ends where it is too long.
  /// - Returns: RGB.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public func composited(over picture: Image, threads: Int = 1) -> Image {
    requireCutout()
    return composited(overFitting: picture.covering(width: width, height: height, threads: threads), threads: threads)
  }

  /// This cut-out over the photo that it is from, blurred.
  ///
  /// The blur is one of the background alone: pixels count as far as they are not object, so the object's colours do not
  /// glow around it.
  /// - Parameters:
  ///   - photo: of this size. Where it is transparent it shows white.
  ///   - sigma: of the Gaussian, in pixels.
  ///   - threads: that work on it; the result is the same for any number.
  /// - Returns: RGB.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public func composited(overBlurred photo: Image, sigma: Double, threads: Int = 1) -> Image {
    requireCutout()
    precondition(
      (photo.width, photo.height) == (width, height),
      "a photo of \(photo.width) x \(photo.height) is not that of a cut-out of \(width) x \(height)")
    let visible =
      photo.hasTransparency
      ? photo.rgb.withAlpha(photo.alpha!).composited(over: Color(red: 255, green: 255, blue: 255), threads: threads)
      : photo
    let background = visible.withAlpha(plane(3).inverted())
    let blurred = background.premultiplied(threads: threads).blurred(sigma: sigma, threads: threads)
      .unpremultiplied(threads: threads)
    return composited(overFitting: blurred, threads: threads)
  }

  /// - Parameter picture: of this size.
  @inline(__always)
  private func composited(overFitting picture: Image, threads: Int) -> Image {
    let (stride, green, blue) = colorLayout(picture.channels)
    return picture.samples.withUnsafeBufferPointer { below in
      compositedOpaquely(threads: threads) { pixel, c in below[pixel * stride + (c == 0 ? 0 : c == 1 ? green : blue)] }
    }
  }

  @inline(__always)
  private func compositedOpaquely(threads: Int, _ below: (_ pixel: Int, _ channel: Int) -> Sample) -> Image {
    Image(width: width, height: height, channels: .rgb) { output in
      samples.withUnsafeBufferPointer { input in
        Bands(of: height, height: 64).forEach(threads: threads) { rows in
          for i in rows.lowerBound * width..<rows.upperBound * width {
            let alpha = input[4 * i + 3]
            output[3 * i] = .mix(input[4 * i], below(i, 0), alpha)
            output[3 * i + 1] = .mix(input[4 * i + 1], below(i, 1), alpha)
            output[3 * i + 2] = .mix(input[4 * i + 2], below(i, 2), alpha)
          }
        }
      }
    }
  }

  /// The middle of the picture in the given shape, at the given size.
  @inline(__always)
  private func covering(width: Int, height: Int, threads: Int) -> Image {
    // The largest rectangle of the shape that lies in the picture.
    let isWide = self.width * height > width * self.height
    let part = (
      width: isWide ? max(1, self.height * width / height) : self.width,
      height: isWide ? self.height : max(1, self.width * height / width)
    )
    let middle = PixelRect(
      x: (self.width - part.width) / 2, y: (self.height - part.height) / 2, width: part.width, height: part.height)
    return cropped(to: middle).rgb.resampled(width: width, height: height, threads: threads)
  }

  private func requireCutout() {
    precondition(channels == .rgba, "a cut-out has 4 channels, not \(channels.rawValue)")
  }
}
