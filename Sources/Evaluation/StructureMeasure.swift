/// The S-measure of Fan and others, "Structure-measure: a new way to evaluate foreground maps", 2017, with α = 0.5, as
/// PySODMetrics computes it: the mean of how well object and background stand apart (S_o) and of how similar the parts
/// are that the object's centroid cuts the picture into (S_r); at least 0. An empty object scores 1 - the mean value, a
/// full one the mean value.
///
/// Two cases differ. If the object lies in the last row or column alone, parts on one side have no pixels; they add
/// nothing here, where PySODMetrics's score is not a number. And sums are exact here: in a part where prediction and
/// truth are both constant, PySODMetrics's rounding errors decide between 0 and 1; here it is always 1.
///
/// - Parameter quarters: the counts of those parts.
func structureMeasure(_ quarters: [LevelCounts], _ levels: StretchedLevels) -> Double {
  let parts = quarters.map { Moments($0, levels) }
  let foreground = quarters.reduce(Group()) { $0 + Group($1.foreground) }
  let background = quarters.reduce(Group()) { $0 + Group($1.background) }
  let count = foreground.count + background.count
  let share = foreground.count / count
  let mean = ((foreground + background).sum / count - Double(levels.offset)) / Double(levels.range)
  if foreground.count == 0 { return 1 - mean }
  if background.count == 0 { return mean }

  let object =
    share * foreground.similarityToOne(levels)
    + (1 - share) * background.similarityToOne(levels, inverted: true)
  let region = parts.reduce(0) { $0 + $1.count / count * $1.similarity }
  return max(0, 0.5 * object + 0.5 * region)
}

/// Number, sum and sum of squares of levels. Whole numbers, exact in a `Double`.
private struct Group {
  var count = 0.0
  var sum = 0.0
  var squares = 0.0

  init() {}

  init(_ counts: [Int]) {
    for (level, number) in counts.enumerated() {
      count += Double(number)
      sum += Double(number * level)
      squares += Double(number * level * level)
    }
  }

  static func + (a: Group, b: Group) -> Group {
    var result = a
    result.count += b.count
    result.sum += b.sum
    result.squares += b.squares
    return result
  }

  /// Count times the sum of squared differences to the mean. Exactly 0 if all levels are the same: both products are
  /// then roundings of the same number.
  var scaledVariance: Double { count * squares - sum * sum }

  /// 2 m / (m² + 1 + σ) for mean m and deviation σ of the values, or of 1 - the values.
  func similarityToOne(_ levels: StretchedLevels, inverted: Bool = false) -> Double {
    let range = Double(levels.range)
    let value = (sum / count - Double(levels.offset)) / range
    let mean = inverted ? 1 - value : value
    let deviation = count > 1 ? (scaledVariance / (count * (count - 1))).squareRoot() / range : 0
    return 2 * mean / (mean * mean + 1 + deviation + Double.ulpOfOne)
  }
}

/// Means, variances and covariance of a part's values and its truth.
private struct Moments {
  let count: Double
  /// How similar they are (SSIM without constants); 0 for a part without pixels.
  let similarity: Double

  init(_ counts: LevelCounts, _ levels: StretchedLevels) {
    let foreground = Group(counts.foreground), all = foreground + Group(counts.background)
    let range = Double(levels.range), count = all.count
    self.count = count
    guard count > 0 else {
      similarity = 0
      return
    }
    let mean = (all.sum / count - Double(levels.offset)) / range, truth = foreground.count / count
    let divisor = count * (count - 1 + Double.ulpOfOne)
    let variance = all.scaledVariance / (range * range) / divisor
    let truthVariance = foreground.count * (count - foreground.count) / divisor
    let covariance = (count * foreground.sum - foreground.count * all.sum) / range / divisor
    let numerator = 4 * mean * truth * covariance
    let denominator = (mean * mean + truth * truth) * (variance + truthVariance)
    similarity = numerator != 0 ? numerator / (denominator + Double.ulpOfOne) : denominator == 0 ? 1 : 0
  }
}
