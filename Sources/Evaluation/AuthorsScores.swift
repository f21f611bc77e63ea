import U2NetPixels

/// MAE, precision and recall as the evaluation code of U²-Net's authors computes them.
///
/// Prediction and truth are each divided by their largest value, not stretched, and MAE keeps the grey levels of the
/// truth. There are 255 thresholds, for values scaled to 0…255. The F-measure of a data set is that of the mean
/// precision and the mean recall at each threshold; PySODMetrics takes the mean of the pictures' F-measures.
public struct AuthorsScores: Equatable, Sendable {
  /// 0 … 1; 0 is best.
  public internal(set) var meanAbsoluteError: Double
  /// Element t is for "value ≥ t", t = 0 … 254.
  public internal(set) var precisionRecall: PrecisionRecall

  /// Element t is the F-measure, β² = 0.3, of precision and recall at threshold t = 0 … 254.
  public var fMeasureCurve: [Double] {
    zip(precisionRecall.precision, precisionRecall.recall).map { p, r in 1.3 * p * r / (0.3 * p + r + 1e-8) }
  }
  /// The greatest F-measure of the curve, 0 … 1.
  public var maxF: Double { fMeasureCurve.max()! }
  /// The mean over its 255 thresholds.
  public var meanF: Double { fMeasureCurve.reduce(0, +) / 255 }

  /// - Parameter counts: of the object that is brighter than 128.
  init(_ prediction: Image<UInt8>, _ truth: Image<UInt8>, _ counts: LevelCounts) {
    let brightest = counts.levels.upperBound, brightestTruth = Int(truth.samples.max()!)
    meanAbsoluteError = Self.meanAbsoluteError(prediction, brightest, truth, brightestTruth)

    func scaled(_ level: Int, _ brightest: Int) -> Double { Double(level) / (Double(brightest) + 1e-8) * 255 }
    var counts = counts
    if brightestTruth != 255 {
      // Another object, as its levels are divided by another number.
      let darkest = (0...255).first { scaled($0, brightestTruth) > 128 }!
      let object = Foreground(truth, above: UInt8(darkest - 1))
      counts = LevelCounts.quarters(of: prediction, object).reduce(.none, +)
    }
    let foreground = Double(counts.foregroundCount)
    let curve = atLeast(counts, (0..<256).map { min(Int(scaled($0, brightest)), 254) }).dropLast()
    precisionRecall = PrecisionRecall(
      precision: curve.map { Double($0.hits) / (Double($0.hits + $0.alarms) + 1e-8) },
      recall: curve.map { Double($0.hits) / (foreground + 1e-8) })
  }

  /// Mean of |p / largest p - t / largest t|, in whole numbers until the end.
  private static func meanAbsoluteError(
    _ prediction: Image<UInt8>, _ brightest: Int, _ truth: Image<UInt8>, _ brightestTruth: Int
  ) -> Double {
    let p = Int32(max(brightest, 1)), t = Int32(max(brightestTruth, 1))
    var sum = 0
    prediction.samples.withUnsafeBufferPointer { prediction in
      truth.samples.withUnsafeBufferPointer { truth in
        // At most 2^16 each: so many fit an Int32.
        for start in stride(from: 0, to: truth.count, by: 1 << 14) {
          var part: Int32 = 0
          for i in start..<min(start + 1 << 14, truth.count) {
            let difference = Int32(prediction[i]) &* t &- Int32(truth[i]) &* p
            part &+= difference < 0 ? 0 &- difference : difference
          }
          sum += Int(part)
        }
      }
    }
    return Double(sum) / Double(p * t) / (Double(truth.samples.count) + 1e-8)
  }
}
