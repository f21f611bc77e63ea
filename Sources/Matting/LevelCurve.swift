import U2NetPixels
import U2NetPlatform

/// A curve for masks: what is `black` or less becomes 0, what is `white` or more becomes 1, with a power between them.
public struct LevelCurve: Sendable, Hashable {
  /// 0…1, black below white.
  public let black, white: Float
  /// Above 1 lifts what is between, below 1 lowers it.
  public let gamma: Float

  /// A curve from `black` to `white`.
  /// - Precondition: `black` is below `white`; `gamma` is above 0 and finite.
  public init(black: Float = 0, white: Float = 1, gamma: Float = 1) {
    precondition(black < white, "black at \(black) is not below white at \(white)")
    precondition(gamma > 0 && gamma.isFinite, "gamma cannot be \(gamma)")
    self.black = black
    self.white = white
    self.gamma = gamma
  }

  /// The curve at `share`; 0…1.
  public func callAsFunction(_ share: Float) -> Float {
    let linear = min(max((share - black) / (white - black), 0), 1)
    return gamma == 1 ? linear : pow(linear, 1 / gamma)
  }
}

extension Image where Sample: MaskSample {
  /// The mask with `curve` applied to every sample.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public func leveled(_ curve: LevelCurve) -> Image {
    mapped(Sample.mapping { curve($0) })
  }

  /// A hard mask: all of it where the share is at least `share`, nothing elsewhere.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public func thresholded(at share: Float = 0.5) -> Image {
    let least = Sample(share: share)
    return mapped { $0 >= least ? .full : .none }
  }

  /// Object and background exchanged.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public func inverted() -> Image { mapped { $0.inverted } }
}
