internal import U2NetFiles
import U2NetPlatform

/// What came of an evaluation, for people and for scripts.
public struct EvaluationSummary: Encodable, Sendable {
  /// Pairs that were scored.
  public let pairs: Int
  /// Means over them, by `Measure`'s raw values; none of no pairs.
  public let scores: [String: Double]
  /// Files without a counterpart, true masks without an object, predictions that are black all over, and what went wrong with
  /// pictures that cannot be read and pairs that could not be scored.
  public let unpairedPredictions, unpairedMasks, masksWithoutObject, emptyPredictions, failures: [String]

  /// Of an evaluation that has been done.
  /// - Parameters:
  ///   - evaluation: of the pairs.
  ///   - pairing: where they are from.
  ///   - unreadable: why pictures beside them cannot be read, a line for each.
  public init(_ evaluation: DatasetEvaluation, _ pairing: Pairing, unreadable: [String] = []) {
    let mean = evaluation.scores.mean
    pairs = evaluation.scores.count
    scores = Dictionary(
      uniqueKeysWithValues: mean.map { mean in Measure.allCases.map { ($0.rawValue, $0.value(of: mean)) } } ?? [])
    (unpairedPredictions, unpairedMasks) = (pairing.unpairedPredictions, pairing.unpairedTruths)
    masksWithoutObject = evaluation.withoutObject.map(\.truth)
    emptyPredictions = evaluation.withoutPrediction.map(\.prediction)
    failures = unreadable + evaluation.failures.map { "\($0)" }
  }

  /// A line for each file that has no counterpart, and then `failures`.
  /// - Parameters:
  ///   - predictions: the folder of predictions, or of photos.
  ///   - masks: that of the true masks.
  ///   - arePhotos: whether predictions are made of photos.
  /// - Returns: empty if everything was scored.
  public func problems(predictions: String, masks: String, arePhotos: Bool = false) -> [String] {
    unpairedPredictions.map { "\($0): no mask of this name in \(masks)" }
      + unpairedMasks.map { "\($0): no \(arePhotos ? "photo" : "prediction") of this name in \(predictions)" }
      + failures
  }

  /// One JSON object, keys sorted and in snake case; names in it can do nothing to a terminal.
  /// - Throws: `EncodingError` if a score is no number.
  public func json() throws -> String {
    try json(.prettyPrinted)
  }
}

extension EvaluationSummary: CustomStringConvertible {
  /// A table of the scores.
  public var description: String {
    let rows = Measure.allCases.compactMap { measure in
      scores[measure.rawValue].map { [measure.title, fixed($0, places: 4)] }
    }
    return "\(pairs) pair\(pairs == 1 ? "" : "s")\n\n" + aligned(rows, leading: 1)
  }
}
