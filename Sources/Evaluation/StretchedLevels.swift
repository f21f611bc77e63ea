/// What the grey levels of a prediction stand for, as in PySODMetrics: level / 255, stretched so that the darkest level
/// of the picture is 0 and the brightest one 1; a prediction of one level only is not stretched.
struct StretchedLevels {
  /// The value of a level is (level - offset) / range.
  let offset, range: Int
  /// Values 0…1 of the levels that the prediction has.
  let values: [Double]
  /// Values · 255, cut to whole numbers: the highest threshold that a level reaches.
  let steps: [Int]

  init(_ levels: ClosedRange<Int>) {
    let isFlat = levels.count == 1
    offset = isFlat ? 0 : levels.lowerBound
    range = isFlat ? 255 : levels.upperBound - levels.lowerBound
    // In the same order of rounding as PySODMetrics, for a value just below a threshold does not reach it.
    let low = Double(levels.lowerBound) / 255, high = Double(levels.upperBound) / 255
    values = (0..<256).map { level in
      guard levels.contains(level) else { return 0 }
      let value = Double(level) / 255
      return isFlat ? value : (value - low) / (high - low)
    }
    steps = values.map { Int($0 * 255) }
  }

  /// The lowest level whose value is more than one half.
  var firstAboveHalf: Int { (2 * offset + range) / 2 + 1 }

  /// The lowest level that reaches the adaptive threshold: twice the mean value, but not more than 1. Decided without
  /// rounding: (level - offset) · pixels >= 2 · sum, or the brightest level.
  func adaptiveThreshold(_ counts: LevelCounts) -> Int {
    let sum = (0..<256).reduce(0) { $0 + (counts.foreground[$1] + counts.background[$1]) * ($1 - offset) }
    let pixels = counts.pixelCount
    return min(offset + (2 * sum + pixels - 1) / pixels, offset + range)
  }
}
