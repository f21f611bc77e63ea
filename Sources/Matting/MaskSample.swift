import U2NetPixels

/// A sample that stands for a share: 0 is none, `full` is all.
public protocol MaskSample: PixelSample, Comparable {
  /// The share 0.
  static var none: Self { get }
  /// The share 1: 255, 65535 or 1.0.
  static var full: Self { get }
  /// Rounds to the nearest, clips to 0…1; what is not a number becomes 0.
  init(share: Float)
  /// 0…1.
  var share: Float { get }
  /// 0…1, as precisely as can be.
  var preciseShare: Double { get }
  /// The least sample above `none`.
  static var leastAboveNone: Self { get }
  /// `full` less this.
  var inverted: Self { get }
  /// A quick way to apply `curve`, which maps shares to shares, to many samples.
  static func mapping(_ curve: @escaping (Float) -> Float) -> (Self) -> Self
  /// `alpha` of `top` and the rest of `bottom`, rounded to the nearest.
  static func mix(_ top: Self, _ bottom: Self, _ alpha: Self) -> Self
}

extension MaskSample where Self: FixedWidthInteger {
  public static var none: Self { 0 }
  public static var full: Self { .max }
  public static var leastAboveNone: Self { 1 }
  @inlinable @inline(__always)
  public var inverted: Self { .max &- self }
  @inlinable @inline(__always)
  public var preciseShare: Double { Double(self) / Double(Self.max) }

  public static func mapping(_ curve: @escaping (Float) -> Float) -> (Self) -> Self {
    let table = (0...Int(Self.max)).map { Self(share: curve(Self($0).share)) }
    return { table[Int($0)] }
  }

  @inlinable @inline(__always)
  public static func mix(_ top: Self, _ bottom: Self, _ alpha: Self) -> Self {
    let full = UInt32(Self.max)
    // No sum is halfway between two samples, since `full` is odd; and it fits: 65535² + 32767 < 2³².
    let sum = UInt32(top) &* UInt32(alpha) &+ UInt32(bottom) &* (full &- UInt32(alpha))
    return Self(truncatingIfNeeded: (sum &+ full / 2) / full)
  }
}

extension UInt8: MaskSample {
  @inlinable @inline(__always)
  public init(share: Float) { self = UInt8(truncatingIfNeeded: Int32(Float.clipped(share) * 255 + 0.5)) }
  @inlinable @inline(__always)
  public var share: Float { Float(self) * (1 / 255) }
}

extension UInt16: MaskSample {
  @inlinable @inline(__always)
  public init(share: Float) { self = UInt16(truncatingIfNeeded: Int32(Float.clipped(share) * 65535 + 0.5)) }
  @inlinable @inline(__always)
  public var share: Float { Float(self) * (1 / 65535) }
}

extension Float: MaskSample {
  public static var none: Float { 0 }
  public static var full: Float { 1 }
  public static var leastAboveNone: Float { .leastNonzeroMagnitude }
  @inlinable @inline(__always)
  public var inverted: Float { 1 - self }
  @inlinable @inline(__always)
  public static func mix(_ top: Float, _ bottom: Float, _ alpha: Float) -> Float {
    top * alpha + bottom * (1 - alpha)
  }
  public static func mapping(_ curve: @escaping (Float) -> Float) -> (Float) -> Float { curve }
  @inlinable @inline(__always)
  public init(share: Float) { self = Float.clipped(share) }
  @inlinable @inline(__always)
  public var share: Float { self }
  @inlinable @inline(__always)
  public var preciseShare: Double { Double(self) }

  /// `value` in 0…1, and 0 if it is not a number: a comparison that fails keeps the other side.
  @inlinable @inline(__always)
  static func clipped(_ value: Float) -> Float {
    let positive: Float = value > 0 ? value : 0
    return positive < 1 ? positive : 1
  }
}

extension Image where Sample: MaskSample {
  /// The same picture in another type of sample.
  public func converted<Other: MaskSample>(to _: Other.Type) -> Image<Other> {
    mapped { Other(share: $0.share) }
  }

  /// The image with every sample replaced by `change` of it.
  @inline(__always)
  func mapped<Other: PixelSample>(_ change: (Sample) -> Other) -> Image<Other> {
    Image<Other>(width: width, height: height, channels: channels) { output in
      samples.withUnsafeBufferPointer { input in
        for i in 0..<input.count { output[i] = change(input[i]) }
      }
    }
  }
}

/// Stops a caller whose mask is none, or is not one of `photo`.
func requireMask<M, P>(_ mask: Image<M>, of photo: Image<P>) {
  requireMask(mask)
  precondition(
    mask.width == photo.width && mask.height == photo.height,
    "a mask of \(mask.width) x \(mask.height) does not fit a photo of \(photo.width) x \(photo.height)")
}

/// Stops a caller whose mask is none.
func requireMask<M>(_ mask: Image<M>) {
  precondition(mask.channels == .gray, "a mask has 1 channel, not \(mask.channels.rawValue)")
}
