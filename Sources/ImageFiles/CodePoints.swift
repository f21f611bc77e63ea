internal import U2NetCImageCodecs
import U2NetPlatform

/// Primaries and transfer function by their numbers in ITU-T H.273, as in PNG's `cICP` chunk.
struct CodePoints: Equatable {
  let primaries, transfer: UInt8

  /// - Parameter chunk: primaries, transfer, matrix and whether all values are used.
  /// - Returns: nil if it is not of RGB in the full range, or has a number that is not known.
  init?(_ chunk: [UInt8]) {
    guard chunk.count == 4, chunk[2] == 0, chunk[3] == 1 else { return nil }
    (primaries, transfer) = (chunk[0], chunk[1])
    guard Self.primaries[primaries] != nil, light(0) != nil else { return nil }
  }

  var isSRGB: Bool { primaries == 1 && transfer == 13 }

  /// A profile that says the same.
  var profile: [UInt8]? {
    let last = Double(Self.curveCount - 1)
    let curve = (0..<Self.curveCount).map { UInt16((65535 * min(max(light(Double($0) / last)!, 0), 1)).rounded()) }
    return madeProfile { cic_rgb_profile_of_curve(curve, UInt32(curve.count), Self.primaries[primaries]!, $0, $1) }
  }

  /// Of 255, the value of a page's white, if there are brighter ones.
  var white: UInt8? {
    func distance(_ value: UInt8) -> Double { abs(light(Double(value) / 255)! - 1) }
    return light(1)! > 1.5 ? (0...255).min { distance($0) < distance($1) } : nil
  }

  static let curveCount = 4096

  private static let d65 = [0.3127, 0.3290], c = [0.310, 0.316]

  /// H.273, table 2: x and y of white, red, green and blue.
  static let primaries: [UInt8: [Double]] = [
    1: d65 + [0.640, 0.330, 0.300, 0.600, 0.150, 0.060],  // BT.709 and sRGB
    4: c + [0.670, 0.330, 0.210, 0.710, 0.140, 0.080],
    5: d65 + [0.640, 0.330, 0.290, 0.600, 0.150, 0.060],
    6: d65 + [0.630, 0.340, 0.310, 0.595, 0.155, 0.070],
    7: d65 + [0.630, 0.340, 0.310, 0.595, 0.155, 0.070],
    8: c + [0.681, 0.319, 0.243, 0.692, 0.145, 0.049],
    9: d65 + [0.708, 0.292, 0.170, 0.797, 0.131, 0.046],  // BT.2020
    11: [0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060],
    12: d65 + [0.680, 0.320, 0.265, 0.690, 0.150, 0.060],  // Display P3
    22: d65 + [0.630, 0.340, 0.295, 0.605, 0.155, 0.077],
  ]

  /// The white of papers and pages, in candelas per square metre, on a display for brighter lights (BT.2408). What is
  /// brighter than that is as white, as on a display that shows nothing brighter.
  private static let referenceWhite = 203.0

  /// H.273, table 3: the light of a value from 0 to 1, where 1 is white; nil if the function is not known.
  private func light(_ value: Double) -> Double? {
    switch transfer {
    case 1, 6, 14, 15: value < 0.081242858 ? value / 4.5 : pow((value + 0.0992968268) / 1.0992968268, 1 / 0.45)
    case 4: pow(value, 2.2)
    case 5: pow(value, 2.8)
    case 7: value < 0.0913 ? value / 4 : pow((value + 0.1115) / 1.1115, 1 / 0.45)
    case 8: value
    case 13: value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    case 16: Self.pq(value)
    case 17: pow(value, 2.6) * 52.37 / 48
    case 18: Self.hlg(value)
    default: nil
    }
  }

  /// ST 2084, of 10000 candelas at most.
  private static func pq(_ value: Double) -> Double {
    let (m1, m2, c1, c2, c3) = (0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875)
    let root = pow(value, 1 / m2)
    return pow(max(root - c1, 0) / (c2 - c3 * root), 1 / m1) * 10_000 / referenceWhite
  }

  /// BT.2100, on a display of 1000 candelas.
  private static func hlg(_ value: Double) -> Double {
    let (a, b, c) = (0.17883277, 0.28466892, 0.55991073)
    let scene = value <= 0.5 ? value * value / 3 : (exp((value - c) / a) + b) / 12
    return pow(scene, 1.2) * 1000 / referenceWhite
  }
}

extension PNGChunk {
  /// Whether it is a `cICP` chunk that is not understood.
  var hasUnknownCodePoints: Bool { kind == ImageFile.code("cICP") && CodePoints(data) == nil }
}

/// An RGB profile in which equal values look as the greys of a grey profile do.
/// - Returns: nil if that cannot be read.
func colorProfile(ofGray profile: [UInt8]) -> [UInt8]? {
  var curve = [UInt16](repeating: 0, count: CodePoints.curveCount)
  guard cic_gray_curve(profile, profile.count, &curve, UInt32(curve.count)) == CIC_OK else { return nil }
  return madeProfile { cic_rgb_profile_of_curve(curve, UInt32(curve.count), CodePoints.primaries[1]!, $0, $1) }
}

/// Takes over a profile that the C library makes.
func madeProfile(
  _ make: (UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>, UnsafeMutablePointer<Int>) -> cic_status
) -> [UInt8]? {
  var profile: UnsafeMutablePointer<UInt8>?
  var count = 0
  guard make(&profile, &count) == CIC_OK else { return nil }
  defer { cic_free(profile) }
  return [UInt8](UnsafeBufferPointer(start: profile, count: count))
}
