import U2NetCompute
import U2NetNetwork
import U2NetPlatform

/// Colours that change by chance, all pixels of a photo alike. With red, green and blue in 0 … 1 as x:
///
///     x ← b·x                                    brightness
///     x ← c·x + (1 − c)·m                        contrast; m is the photo's mean luma
///     (I, Q) ← s · (I, Q) turned by 2π·h         saturation and hue, at the same luma Y = 0.299 R + 0.587 G + 0.114 B
///
/// then cut to 0 … 1. b is uniform in 1 ± brightness (but not negative), c and s likewise, h in ± hue. I and Q are those of
/// the NTSC's colour space (YIQ), in which a turn is a change of hue, so that all of it is one affine map of the three colours.
public struct ColorJitter: Codable, Equatable, Sendable {
  /// How far b may be from 1; 0 for no change.
  public var brightness = 0.0
  /// How far c may be from 1; 0 for no change.
  public var contrast = 0.0
  /// How far s may be from 1; 0 for no change.
  public var saturation = 0.0
  /// How far colours may be turned, in parts of the whole circle: 0 … 0.5.
  public var hue = 0.0

  /// No change.
  public init() {}

  var isIdentity: Bool { self == ColorJitter() }

  /// Four numbers in 0 ..< 1.
  struct Chance {
    let brightness, contrast, saturation, hue: Double

    init(using generator: inout SplitMix64) {
      brightness = generator.unit()
      contrast = generator.unit()
      saturation = generator.unit()
      hue = generator.unit()
    }
  }

  /// Changes normalised planes R, G, B.
  /// - Parameters:
  ///   - input: what they were normalised for.
  ///   - isGray: whether all three were normalised with red's constants.
  func apply(
    _ chance: Chance, to planes: UnsafeMutableBufferPointer<Float>, of input: NetworkInput = .u2net, isGray: Bool
  ) {
    guard !isIdentity else { return }
    func factor(_ chance: Double, _ range: Double) -> Double { max(0, 1 + (2 * chance - 1) * range) }
    let b = factor(chance.brightness, brightness), c = factor(chance.contrast, contrast)
    let s = factor(chance.saturation, saturation), angle = 2 * Double.pi * (2 * chance.hue - 1) * hue

    let count = planes.count / 3, start = planes.baseAddress!
    let constants = (0..<3).map { isGray ? 0 : $0 }
    let mean = constants.map { input.mean[$0] }, deviation = constants.map { input.deviation[$0] }
    let luma = [0.299, 0.587, 0.114]
    var meanLuma = 0.0
    if contrast > 0 {
      for k in 0..<3 {
        var sum = 0.0
        for i in 0..<count { sum += Double(start[k * count + i]) }
        meanLuma += luma[k] * (sum / Double(count) * deviation[k] + mean[k])
      }
    }

    // x ← turn · (b·c·x) + (1 − c)·b·m: luma is not changed by the turn, so grey stays the same grey.
    let turn = Self.turn(saturation: s, angle: angle, luma: luma)
    var scale = [Float](repeating: 0, count: 9), shift = [Float](repeating: 0, count: 3)
    for r in 0..<3 {
      shift[r] = Float((1 - c) * b * meanLuma)
      for k in 0..<3 {
        scale[3 * r + k] = Float(b * c * turn[r][k] * deviation[k])
        shift[r] += Float(b * c * turn[r][k] * mean[k])
      }
    }
    let low = (0..<3).map { Float(mean[$0]) }, inverse = (0..<3).map { Float(1 / deviation[$0]) }
    for i in 0..<count {
      let x = (start[i], start[count + i], start[2 * count + i])
      for r in 0..<3 {
        let value = scale[3 * r] * x.0 + scale[3 * r + 1] * x.1 + scale[3 * r + 2] * x.2 + shift[r]
        start[r * count + i] = (min(1, max(0, value)) - low[r]) * inverse[r]
      }
    }
  }

  /// The map of R, G, B that keeps Y and multiplies I and Q by `saturation` and a turn by `angle`.
  ///
  /// With n = (1, 1, 1), on which I = Q = 0, colours are x = Y·n + I·i + Q·q; i and q are the columns of the space's inverse.
  static func turn(saturation: Double, angle: Double, luma: [Double]) -> [[Double]] {
    let toI = [0.595716, -0.274453, -0.321263], toQ = [0.211456, -0.522591, 0.311135]
    let fromI = [0.9563, -0.2721, -1.1070], fromQ = [0.6210, -0.6474, 1.7046]
    let (u, v) = (saturation * cos(angle), saturation * sin(angle))
    return (0..<3).map { r in
      (0..<3).map { k in
        luma[k] + fromI[r] * (u * toI[k] - v * toQ[k]) + fromQ[r] * (v * toI[k] + u * toQ[k])
      }
    }
  }
}

extension ColorJitter: LosslessStringConvertible {
  /// Brightness, contrast, saturation, each 0…1, and hue, 0…0.5: "0.2,0.2,0.2,0.02"; those that are left out at the end are 0.
  /// nil for anything else.
  public init?(_ text: String) {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard (1...4).contains(numbers.count) else { return nil }
    let parts: [(WritableKeyPath<ColorJitter, Double>, Double)] = [
      (\.brightness, 1), (\.contrast, 1), (\.saturation, 1), (\.hue, 0.5),
    ]
    self.init()
    for ((part, most), number) in zip(parts, numbers) {
      guard let number, (0...most).contains(number) else { return nil }
      self[keyPath: part] = number
    }
  }

  /// All four numbers.
  public var description: String { "\(brightness),\(contrast),\(saturation),\(hue)" }
}
