import U2NetPixels

// Filters that mix pixels must weigh colours by alpha: colours of transparent pixels do not show, and must not leak.

extension Image where Sample: MaskSample {
  /// An RGBA image with its colours multiplied by alpha.
  @inline(__always)
  func premultiplied(threads: Int) -> Image {
    mapPixels(threads: threads) { from, to in
      let alpha = from[3]
      to[0] = .mix(from[0], .none, alpha)
      to[1] = .mix(from[1], .none, alpha)
      to[2] = .mix(from[2], .none, alpha)
      to[3] = alpha
    }
  }

  /// The opposite; without alpha, colours become 0.
  @inline(__always)
  func unpremultiplied(threads: Int) -> Image {
    mapPixels(threads: threads) { from, to in
      let alpha = from[3]
      let scale = alpha > .none ? 1 / alpha.share : 0
      to[0] = Sample(share: from[0].share * scale)
      to[1] = Sample(share: from[1].share * scale)
      to[2] = Sample(share: from[2].share * scale)
      to[3] = Sample(share: alpha.share)
    }
  }

  /// An RGBA image with each pixel replaced.
  @inline(__always)
  private func mapPixels(
    threads: Int, _ change: (UnsafePointer<Sample>, UnsafeMutablePointer<Sample>) -> Void
  ) -> Image {
    precondition(channels == .rgba, "a cut-out has 4 channels, not \(channels.rawValue)")
    return Image(width: width, height: height, channels: .rgba) { output in
      samples.withUnsafeBufferPointer { input in
        Bands(of: height, height: 64).forEach(threads: threads) { rows in
          for i in rows.lowerBound * width..<rows.upperBound * width {
            change(input.baseAddress! + 4 * i, output.baseAddress! + 4 * i)
          }
        }
      }
    }
  }

  /// An RGBA image at another size by Lanczos, with colours weighed by alpha.
  ///
  /// Computed in floats, channel by channel: colours are divided by alpha as it comes, clipped only afterwards, since Lanczos
  /// overshoots in both. Memory: a float for each pixel of this image, four for each of the result.
  @inline(__always)
  func resampledByAlpha(width: Int, height: Int, threads: Int) -> Image {
    precondition(channels == .rgba, "a cut-out has 4 channels, not \(channels.rawValue)")
    let planes = (0..<4).map { c in
      Image<Float>(width: self.width, height: self.height, channels: .gray) { output in
        samples.withUnsafeBufferPointer { input in
          for i in output.indices {
            let alpha = input[4 * i + 3].share
            output[i] = c == 3 ? alpha : input[4 * i + c].share * alpha
          }
        }
      }.resized(width: width, height: height, filter: .lanczos, threads: threads)
    }
    return Image(width: width, height: height, channels: .rgba) { output in
      for i in 0..<width * height {
        let alpha = planes[3].samples[i]
        let scale = alpha > 0 ? 1 / alpha : 0
        for c in 0..<3 { output[4 * i + c] = Sample(share: planes[c].samples[i] * scale) }
        output[4 * i + 3] = Sample(share: alpha)
      }
    }
  }

  /// The image at another size by Lanczos, in its own type of sample.
  func resampled(width: Int, height: Int, threads: Int) -> Image {
    if let bytes = self as? Image<UInt8> {
      return bytes.resized(width: width, height: height, filter: .lanczos, threads: threads) as! Image
    }
    return converted(to: Float.self).resized(width: width, height: height, filter: .lanczos, threads: threads)
      .converted(to: Sample.self)
  }
}
