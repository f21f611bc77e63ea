import U2NetPixels

/// How rembg makes a trimap of a mask: certain values, eroded, are known; what is between is unknown.
public struct TrimapOptions: Sendable, Hashable {
  /// Above this a pixel is object.
  public var foregroundThreshold: UInt8
  /// Below this a pixel is background.
  public var backgroundThreshold: UInt8
  /// Side in pixels of the square that both are eroded by. 0 does not switch erosion off: it is then by a plus of five
  /// pixels, as rembg's.
  public var erosion: Int

  /// rembg's values by default.
  /// - Precondition: `erosion` ≥ 0.
  public init(foregroundThreshold: UInt8 = 240, backgroundThreshold: UInt8 = 10, erosion: Int = 10) {
    precondition(erosion >= 0, "erosion cannot be by \(erosion) pixels")
    self.foregroundThreshold = foregroundThreshold
    self.backgroundThreshold = backgroundThreshold
    self.erosion = erosion
  }
}

extension Image where Sample == UInt8 {
  /// The trimap of this mask: 255 object, 0 background, 128 unknown. Pixels outside the mask count as background.
  public func trimap(_ options: TrimapOptions = TrimapOptions(), threads: Int = 1) -> Image {
    let footprint = options.erosion == 0 ? Footprint.disc(radius: 1) : .square(size: options.erosion)
    let foreground = mapped { $0 > options.foregroundThreshold ? UInt8(255) : 0 }
      .eroded(footprint, outside: 0, threads: threads)
    let background = mapped { $0 < options.backgroundThreshold ? UInt8(255) : 0 }
      .eroded(footprint, outside: 255, threads: threads)
    return Image(width: width, height: height, channels: .gray) { output in
      let output = output.baseAddress!
      foreground.samples.withUnsafeBufferPointer { foreground in
        background.samples.withUnsafeBufferPointer { background in
          // Each is 0 or 255: 128 for neither. What is both, as low thresholds may have it, is background.
          for i in 0..<foreground.count { output[i] = ~background[i] & (foreground[i] | 128) }
        }
      }
    }
  }
}
