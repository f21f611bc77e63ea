import U2NetPixels

/// Estimates what colours the object has by itself, where the photo shows a mix of object and background: the
/// multi-level method of Germer, Uelwer, Conrad and Harmeling, "Fast Multi-Level Foreground Estimation"
/// (arXiv 2006.14970), with the parameters and the order of work of pymatting's `estimate_foreground_ml`.
///
/// Memory: beside the result, a few rows of the photo as floats: about 500 bytes for each of its columns, for each thread.
public enum ForegroundColors {
  /// The object alone: its estimated colours, defined everywhere, and `alpha`, not premultiplied.
  ///
  /// - Parameters:
  ///   - photo: of any channels. Where it is partly transparent its colours are the object's already, and stay.
  ///   - alpha: grey, of the photo's size.
  ///   - threads: that work on it; the result is the same for any number.
  /// - Returns: RGBA.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public static func cutout<Sample: MaskSample>(
    of photo: Image<Sample>, alpha: Image<Sample>, threads: Int = 1
  ) -> Image<Sample> {
    requireMask(alpha, of: photo)
    guard !photo.hasTransparency else {
      return cutout(of: photo.withoutHiddenColors(), alpha: alpha, threads: threads).withColorsOfEdges(of: photo)
    }
    return Image(width: photo.width, height: photo.height, channels: .rgba) { output in
      nonisolated(unsafe) let output = output.baseAddress!
      alpha.samples.withUnsafeBufferPointer { mask in
        forEachRow(of: photo, alpha: alpha, threads: threads) { y, colors in
          let at = y * photo.width
          for x in 0..<photo.width {
            let pixel = output + 4 * (at + x)
            pixel[0] = Sample(share: colors[x][0])
            pixel[1] = Sample(share: colors[x][1])
            pixel[2] = Sample(share: colors[x][2])
            pixel[3] = mask[at + x]
          }
        }
      }
    }
  }

  /// Estimates foreground and background and gives them to `use` row by row, on any thread, in any order.
  /// - Parameter bandHeight: rows that are computed in one go. With all of them the result is pymatting's but for rounding.
  @inline(__always)
  package static func forEachRow<Sample: MaskSample>(
    of photo: Image<Sample>, alpha: Image<Sample>, bandHeight: Int = 512, threads: Int,
    _ use: (_ y: Int, UnsafePointer<PyramidLevel.Colors>) -> Void
  ) {
    let (width, height) = (photo.width, photo.height)
    photo.withPixels { photo in
      alpha.samples.withUnsafeBufferPointer { alpha in
        func load(_ y: Int, _ columns: [Int32], _ row: UnsafeMutablePointer<PyramidLevel.Pixel>) {
          for x in columns.indices {
            let at = y * width + Int(columns[x])
            var pixel = photo[at]
            pixel.w = alpha[at].share
            row[x] = pixel
          }
        }
        withoutActuallyEscaping(load) { load in
          let pyramid = ForegroundPyramid(
            width: width, height: height, bandHeight: bandHeight, threads: threads, load: load)
          pyramid.forEachRow(threads: threads, use)
        }
      }
    }
  }
}

extension Image where Sample: MaskSample {
  /// This RGBA image with the colours of `photo` where that is neither opaque nor fully transparent.
  fileprivate func withColorsOfEdges(of photo: Image) -> Image {
    let (stride, green, blue) = colorLayout(photo.channels)
    return Image(width: width, height: height, channels: .rgba) { output in
      _ = output.update(fromContentsOf: samples)
      for i in 0..<width * height {
        let at = i * stride, alpha = photo.samples[at + stride - 1]
        guard alpha > .none, alpha < .full else { continue }
        output[4 * i] = photo.samples[at]
        output[4 * i + 1] = photo.samples[at + green]
        output[4 * i + 2] = photo.samples[at + blue]
      }
    }
  }
}
