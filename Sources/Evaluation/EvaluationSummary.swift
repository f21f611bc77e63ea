internal import U2NetFiles
import U2NetPlatform

/// What came of an evaluation, for people and for scripts.
public struct EvaluationSummary: Encodable, Sendable {
  /// Pairs that were scored.
  public let pairs: Int
  /// Means over them, by the raw values of `Measure`, or of `AlphaMeasure`; none of no pairs.
  public let scores: [String: Double]
  private let means: [MeanScore]
  /// Files without a counterpart, true masks without an object, predictions that are black all over, and what went wrong with
  /// pictures that cannot be read and pairs that could not be scored.
  public let unpairedPredictions, unpairedMasks, masksWithoutObject, emptyPredictions, failures: [String]

  private enum CodingKeys: String, CodingKey {
    case pairs, scores, unpairedPredictions, unpairedMasks, masksWithoutObject, emptyPredictions, failures
  }

  /// Of an evaluation that has been done.
  /// - Parameters:
  ///   - evaluation: of the pairs.
  ///   - pairing: where they are from.
  ///   - unreadable: why pictures beside them cannot be read, a line for each.
  public init(_ evaluation: DatasetEvaluation, _ pairing: Pairing, unreadable: [String] = []) {
    self.init(of: evaluation, pairing, unreadable: unreadable)
  }

  /// Of alphas.
  /// - Parameters:
  ///   - evaluation: of the pairs.
  ///   - pairing: where they are from.
  ///   - unreadable: why pictures beside them cannot be read, a line for each.
  public init(_ evaluation: AlphaEvaluation, _ pairing: Pairing, unreadable: [String] = []) {
    self.init(of: evaluation, pairing, unreadable: unreadable)
  }

  package init(of evaluation: any ScoredPairs, _ pairing: Pairing, unreadable: [String]) {
    (pairs, means) = (evaluation.count, evaluation.means)
    scores = Dictionary(uniqueKeysWithValues: means.map { ($0.key, $0.value) })
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
    let rows = means.map { [$0.title, fixed($0.value, places: 4)] }
    return "\(pairs) pair\(pairs == 1 ? "" : "s")\n\n" + aligned(rows, leading: 1)
  }
}
