/// A small generator of 64-bit numbers whose whole state is its seed and how often it was asked (Steele, Lea and Flood 2014,
/// "Fast splittable pseudorandom number generators"): the same on every machine and easy to write again elsewhere.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  /// What the next number is made from; a generator with this seed continues here.
  public private(set) var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A multiple of 2⁻⁵³ in 0 ..< 1.
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// 0 ..< count in an order by chance (Fisher and Yates), from count − 1 numbers. The standard library's `shuffled` may ask for
  /// others in its next version.
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      // The high half of the product: each place is as likely as any other, but for 2⁻⁶⁴ · count.
      order.swapAt(last, Int(next().multipliedFullWidth(by: UInt64(last + 1)).high))
    }
    return order
  }
}
