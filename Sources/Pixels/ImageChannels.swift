// Taking channels out of an image and putting them together.

extension Image {
  /// The image in three colour channels: grey becomes three equal ones, and alpha is dropped, not blended with
  /// any background (as Pillow's `convert("RGB")`).
  @inlinable
  public var rgb: Image {
    channels == .rgb ? self : selecting(channels.opaque == .gray ? [0, 0, 0] : [0, 1, 2], as: .rgb)
  }

  /// The alpha channel as a grey image, if there is one.
  @inlinable
  public var alpha: Image? {
    channels.hasAlpha ? plane(channels.rawValue - 1) : nil
  }

  /// Channel `index`, counted from 0, as a grey image.
  @inlinable
  public func plane(_ index: Int) -> Image {
    precondition(0..<channels.rawValue ~= index, "no channel \(index) in an image of \(channels.rawValue)")
    return channels == .gray ? self : selecting([index], as: .gray)
  }

  /// The image in RGBA with its alpha, if any, replaced by `mask`: a grey image of the same size.
  @inlinable
  public func withAlpha(_ mask: Image) -> Image {
    precondition(mask.channels == .gray, "a mask has 1 channel, not \(mask.channels.rawValue)")
    precondition(
      mask.width == width && mask.height == height,
      "a mask of \(mask.width) x \(mask.height) does not fit an image of \(width) x \(height)")
    let isGray = channels.opaque == .gray
    let stride = channels.rawValue
    return Image(width: width, height: height, channels: .rgba) { output in
      samples.withUnsafeBufferPointer { input in
        mask.samples.withUnsafeBufferPointer { mask in
          for i in 0..<mask.count {
            let from = i * stride
            output[4 * i] = input[from]
            output[4 * i + 1] = input[isGray ? from : from + 1]
            output[4 * i + 2] = input[isGray ? from : from + 2]
            output[4 * i + 3] = mask[i]
          }
        }
      }
    }
  }

  /// The image whose channel `c` is channel `sources[c]` of this one.
  @inlinable
  func selecting(_ sources: [Int], as result: Channels) -> Image {
    let from = channels.rawValue
    let to = result.rawValue
    return Image(width: width, height: height, channels: result) { output in
      samples.withUnsafeBufferPointer { input in
        for (c, source) in sources.enumerated() {
          for i in 0..<width * height { output[i * to + c] = input[i * from + source] }
        }
      }
    }
  }
}

extension Image where Sample: FixedWidthInteger {
  /// The image in grey, without alpha: the luma of colours, as by Pillow's `convert("L")`, so that grey that was stored in colour
  /// stays what it is.
  @inlinable
  package var luma: Image {
    if channels.opaque == .gray { return plane(0) }
    let stride = channels.rawValue
    return Image(width: width, height: height, channels: .gray) { output in
      samples.withUnsafeBufferPointer { input in
        for i in output.indices {
          let (red, green, blue) = (Int(input[stride * i]), Int(input[stride * i + 1]), Int(input[stride * i + 2]))
          output[i] = Sample((19595 * red + 38470 * green + 7471 * blue + 32768) >> 16)
        }
      }
    }
  }
}
