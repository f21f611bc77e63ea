extension Detections {
  /// The E-measure of Fan and others, "Enhanced-alignment measure for binary foreground map evaluation", 2018, as
  /// PySODMetrics computes it.
  ///
  /// With φ the difference of a binary map to its mean, a pixel scores (1 + 2 φp φt / (φp² + φt²))² / 4; the measure is the
  /// sum over all pixels divided by their number less one, so that a perfect map scores a little more than 1. Without an
  /// object the predicted background is counted, without a background the predicted object. A single pixel, for which
  /// PySODMetrics divides by 2e-16, is divided by 1.
  var alignment: Double {
    let count = Double(pixels)
    let sum: Double
    if foreground == 0 {
      sum = Double(pixels - hits - alarms)
    } else if foreground == pixels {
      sum = Double(hits)
    } else {
      let predicted = Double(hits + alarms) / count, truth = Double(foreground) / count
      let misses = foreground - hits, rest = pixels - foreground - alarms
      sum =
        Double(hits) * Self.enhanced(1 - predicted, 1 - truth) + Double(alarms) * Self.enhanced(1 - predicted, -truth)
        + Double(misses) * Self.enhanced(-predicted, 1 - truth) + Double(rest) * Self.enhanced(-predicted, -truth)
    }
    return sum / max(count - 1, 1)
  }

  private static func enhanced(_ p: Double, _ t: Double) -> Double {
    let alignment = 2 * p * t / (p * p + t * t + Double.ulpOfOne)
    return (alignment + 1) * (alignment + 1) / 4
  }
}
