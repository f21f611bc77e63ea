/// How samples of one type are weighed and summed in resampling.
protocol ResampleArithmetic: SendableMetatype {
  associatedtype Sample: PixelSample
  associatedtype Weight: BitwiseCopyable & Sendable
  associatedtype Sum: BitwiseCopyable
  static func weight(_ value: Double) -> Weight
  /// The sum of nothing.
  static var zero: Sum { get }
  static func add(_ sample: Sample, _ weight: Weight, to sum: inout Sum)
  static func sample(_ sum: Sum) -> Sample
}

/// Fixed point with 22 fractional bits: what 32 bits leave after the 8 of a sample, and 2 for sums that overshoot
/// (Pillow's PRECISION_BITS). Weights are rounded half away from zero, sums half up, then clipped.
enum FixedPoint: ResampleArithmetic {
  static func weight(_ value: Double) -> Int32 { Int32((value * 0x1p22).rounded(.toNearestOrAwayFromZero)) }
  static var zero: Int32 { 1 << 21 }
  @inline(__always)
  static func add(_ sample: UInt8, _ weight: Int32, to sum: inout Int32) { sum &+= Int32(sample) &* weight }
  @inline(__always)
  static func sample(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: max(0, min(255, sum >> 22))) }
}

/// Sums in double precision, not clipped.
enum FloatingPoint: ResampleArithmetic {
  static func weight(_ value: Double) -> Double { value }
  static var zero: Double { 0 }
  @inline(__always)
  static func add(_ sample: Float, _ weight: Double, to sum: inout Double) { sum += Double(sample) * weight }
  @inline(__always)
  static func sample(_ sum: Double) -> Float { Float(sum) }
}
