import U2NetPixels

/// How a predicted mask compares with the truth: of one pair, or the mean over a data set.
///
/// All but `authors` and `boundary` are those of PySODMetrics 1.6, from which they differ by less than 1e-6; where it
/// gives no number, or one that rounding decides, see `structure` and `enhancedAlignment`. The true object is what is
/// brighter than 128; the prediction is stretched to 0…1, unless it is all of one level.
public struct Scores: Equatable, Sendable {
  /// Mean of |value - truth|, 0 … 1; 0 is best.
  public internal(set) var meanAbsoluteError: Double
  /// Per picture, then averaged threshold by threshold, over a data set: the maximum of the mean, as PySODMetrics's. For
  /// the F-measure of mean precision and recall, as in papers after the authors' code, see `authors`.
  public internal(set) var fMeasure: ThresholdScores
  /// At each of the 256 thresholds.
  public internal(set) var precisionRecall: PrecisionRecall
  /// 0 … 1.
  public internal(set) var weightedF: Double
  /// S-measure, 0 … 1.
  public internal(set) var structure: Double
  /// E-measure, 0 to slightly more than 1.
  public internal(set) var enhancedAlignment: ThresholdScores
  /// How near the edges are.
  public internal(set) var boundary: BoundaryScores
  /// By the paper's authors' own code.
  public internal(set) var authors: AuthorsScores

  /// Scores one pair.
  ///
  /// Memory beside the masks: about 6 bytes a pixel, at most 20 (if every pixel is on a boundary), and 100 KB.
  ///
  /// - Parameters:
  ///   - prediction: grey; see `Image.maskLevels(source:)` and `Image.init(levelsOf:source:)`.
  ///   - truth: grey, of the same size; see `trueMaskLevels(source:)`.
  ///   - name: what to call the pair in errors.
  /// - Throws: `sizeMismatch`.
  public init(prediction: Image<UInt8>, truth: Image<UInt8>, name: String) throws(EvaluationError) {
    precondition(prediction.channels == .gray && truth.channels == .gray, "masks have 1 channel")
    guard (prediction.width, prediction.height) == (truth.width, truth.height) else {
      throw .sizeMismatch(
        name: name, prediction: .init(width: prediction.width, height: prediction.height),
        truth: .init(width: truth.width, height: truth.height))
    }
    let object = Foreground(truth)
    let quarters = LevelCounts.quarters(of: prediction, object)
    let counts = quarters.reduce(.none, +)
    let levels = StretchedLevels(counts.levels)

    let errors = levels.values.enumerated().reduce(0) { sum, level in
      sum + Double(counts.foreground[level.offset]) * (1 - level.element)
        + Double(counts.background[level.offset]) * level.element
    }
    meanAbsoluteError = errors / Double(counts.pixelCount)
    fMeasure = ThresholdScores(counts, levels, score: \.fMeasure)
    precisionRecall = PrecisionRecall(counts, levels)
    weightedF = weightedFMeasure(prediction, object, levels)
    structure = structureMeasure(quarters, levels)
    enhancedAlignment = ThresholdScores(counts, levels, score: \.alignment)
    boundary = BoundaryScores(prediction, object, levels)
    authors = AuthorsScores(prediction, truth, counts)
  }
}
