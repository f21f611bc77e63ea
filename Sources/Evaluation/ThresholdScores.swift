/// A score of binary masks applied to a soft one: at each of 256 thresholds, and at one that the mask itself suggests.
public struct ThresholdScores: Equatable, Sendable {
  /// Element t is the score where a pixel belongs to the object from t / 255 on, t = 0 … 255.
  public internal(set) var curve: [Double]
  /// The score where a pixel belongs to the object from twice the mask's mean on, or from 1 on if that is less.
  public internal(set) var adaptive: Double

  /// The greatest of the curve.
  public var max: Double { curve.max()! }
  /// The mean of the curve's 256 numbers.
  public var mean: Double { curve.reduce(0, +) / Double(curve.count) }

  /// - Parameter score: of a binary mask with these numbers of pixels.
  init(_ counts: LevelCounts, _ levels: StretchedLevels, score: (Detections) -> Double) {
    let foreground = counts.foregroundCount, pixels = counts.pixelCount
    curve = atLeast(counts, levels.steps).map { hits, alarms in
      score(Detections(hits: hits, alarms: alarms, foreground: foreground, pixels: pixels))
    }
    let threshold = levels.adaptiveThreshold(counts)
    adaptive = score(
      Detections(
        hits: counts.foreground[threshold...].reduce(0, +), alarms: counts.background[threshold...].reduce(0, +),
        foreground: foreground, pixels: pixels))
  }
}

/// How a binary mask compares with the truth, in pixels.
struct Detections {
  /// In the mask and in the object; in the mask only.
  let hits, alarms: Int
  /// In the object; in the picture.
  let foreground, pixels: Int
}

/// Pixels in the object and outside whose step is t or more, for t = 0 … 255.
/// - Parameter steps: a step 0 … 255 for each level.
func atLeast(_ counts: LevelCounts, _ steps: [Int]) -> [(hits: Int, alarms: Int)] {
  var curve = [(hits: Int, alarms: Int)](repeating: (0, 0), count: 256)
  for level in 0..<256 {
    curve[steps[level]].hits += counts.foreground[level]
    curve[steps[level]].alarms += counts.background[level]
  }
  for t in (0..<255).reversed() {
    curve[t].hits += curve[t + 1].hits
    curve[t].alarms += curve[t + 1].alarms
  }
  return curve
}
