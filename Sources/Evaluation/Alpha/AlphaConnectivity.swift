import U2NetMatting
import U2NetPixels

/// How well each pixel hangs together with the object, in two alphas.
///
/// The object at a level is the largest region (sides join) of the pixels that are at least at that level, 0.1, 0.2, … 1, in both
/// alphas. A pixel hangs together with it up to the last level before the first at which it is not in the object. What its alpha
/// has above that is missing from 1, if it is 0.15 or more.
struct AlphaConnectivity {
  private static let levels = 10
  /// The tenths up to which each pixel hangs together with the object.
  private let tenths: [UInt8]
  private let prediction, truth: Image<Float>

  init(_ prediction: Image<Float>, _ truth: Image<Float>) {
    (self.prediction, self.truth) = (prediction, truth)
    let both = Image<Float>(
      width: truth.width, height: truth.height, channels: .gray,
      samples: zip(prediction.samples, truth.samples).map { min($0, $1) })
    // The level at which a pixel was last in the object, as long as it was in each before.
    var tenths = [UInt8](repeating: 0, count: both.samples.count)
    for level in 1...Self.levels {
      for (row, columns) in both.largestRegion(atLeast: Float(level) / Float(Self.levels)) {
        for i in columns.lowerBound + row * both.width..<columns.upperBound + row * both.width
        where Int(tenths[i]) == level - 1 {
          tenths[i] = UInt8(level)
        }
      }
    }
    self.tenths = tenths
  }

  /// How far the two are apart at a pixel, 0 … 1.
  func difference(_ i: Int) -> Double {
    let held = Double(tenths[i]) / Double(Self.levels)
    func lack(_ alpha: Float) -> Double {
      let above = Double(alpha) - held
      return above >= 0.15 ? above : 0
    }
    return abs(lack(prediction.samples[i]) - lack(truth.samples[i]))
  }
}
