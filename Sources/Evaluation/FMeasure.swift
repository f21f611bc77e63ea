/// Precision and recall over thresholds, one value each per threshold, lowest threshold first.
public struct PrecisionRecall: Equatable, Sendable {
  /// Share of what is predicted that is object, 0 … 1.
  public internal(set) var precision: [Double]
  /// Share of the object that is predicted, 0 … 1.
  public internal(set) var recall: [Double]
}

extension Detections {
  /// 0 for an empty mask.
  var precision: Double { Double(hits) / Double(max(hits + alarms, 1)) }
  /// 0 for an empty object.
  var recall: Double { Double(hits) / Double(max(foreground, 1)) }
  /// The F-measure with β² = 0.3, which favours precision (Achanta and others, "Frequency-tuned salient region
  /// detection", 2009); 0 if nothing is hit.
  var fMeasure: Double { fScore(precision, recall, beta2: 0.3) }
}

/// (1 + β²) · P · R / (β² · P + R), the weighted harmonic mean of precision and recall; 0 if both are.
func fScore(_ precision: Double, _ recall: Double, beta2: Double) -> Double {
  let product = precision * recall
  return product == 0 ? 0 : (1 + beta2) * product / (beta2 * precision + recall)
}

extension PrecisionRecall {
  /// At thresholds 0 … 255.
  init(_ counts: LevelCounts, _ levels: StretchedLevels) {
    let foreground = counts.foregroundCount, pixels = counts.pixelCount
    let detections = atLeast(counts, levels.steps).map { hits, alarms in
      Detections(hits: hits, alarms: alarms, foreground: foreground, pixels: pixels)
    }
    precision = detections.map(\.precision)
    recall = detections.map(\.recall)
  }
}
