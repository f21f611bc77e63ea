import U2NetPixels

// What is transparent is background, whatever colours a file has there: nobody sees them, so nothing is made of them.

extension Image where Sample: MaskSample {
  /// Whether some pixel is not opaque.
  public var hasTransparency: Bool {
    guard channels.hasAlpha else { return false }
    let stride = channels.rawValue
    return samples.withUnsafeBufferPointer { samples in
      Swift.stride(from: stride - 1, to: samples.count, by: stride).contains { samples[$0] < .full }
    }
  }

  /// The picture as a network is to see it: over black or over white, whatever stands out more from what is visible; as it
  /// is if it is opaque.
  public func overContrast(threads: Int = 1) -> Image {
    hasTransparency ? rgb.withAlpha(alpha!).composited(over: contrast, threads: threads) : self
  }

  /// The picture with its colours where it is not fully transparent, and black or white elsewhere, whatever stands out
  /// more; as it is if it is opaque.
  public func withoutHiddenColors() -> Image {
    guard hasTransparency else { return self }
    let contrast = contrast, stride = channels.rawValue, (_, green, blue) = colorLayout(channels)
    let (red, other) = (
      Sample(share: contrast.red.share), [contrast.green, contrast.blue].map { Sample(share: $0.share) }
    )
    return Image(width: width, height: height, channels: .rgb) { output in
      samples.withUnsafeBufferPointer { input in
        for i in 0..<width * height {
          let at = i * stride, isHidden = input[at + stride - 1] == .none
          output[3 * i] = isHidden ? red : input[at]
          output[3 * i + 1] = isHidden ? other[0] : input[at + green]
          output[3 * i + 2] = isHidden ? other[1] : input[at + blue]
        }
      }
    }
  }

  /// What is in both: this mask, as far as `photo` is opaque.
  public func limited(toAlphaOf photo: Image) -> Image {
    guard photo.channels.hasAlpha else { return self }
    requireMask(self, of: photo)
    let stride = photo.channels.rawValue
    return Image(width: width, height: height, channels: .gray) { output in
      for i in output.indices {
        output[i] = Sample(share: samples[i].share * photo.samples[i * stride + stride - 1].share)
      }
    }
  }

  private var contrast: Color {
    let stride = channels.rawValue
    var (light, weight) = (0.0, 0.0)
    withPixels { pixels in
      samples.withUnsafeBufferPointer { samples in
        for i in 0..<width * height {
          let alpha = samples[i * stride + stride - 1].preciseShare
          light += alpha * Double((pixels[i] * SIMD4(1, 1, 1, 0)).sum())
          weight += 3 * alpha
        }
      }
    }
    let level: UInt8 = light * 2 < weight ? 255 : 0
    return Color(red: level, green: level, blue: level)
  }
}
