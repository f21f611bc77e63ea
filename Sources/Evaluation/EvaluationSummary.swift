internal import U2NetFiles
import U2NetPlatform

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What came of an evaluation, for people and for scripts.
public struct EvaluationSummary: Encodable, Sendable {
  /// Pairs that were scored.
  public let pairs: Int
  /// Means over them, by `Measure`'s raw values.
  public let scores: [String: Double]
  /// Files without a counterpart, true masks without an object, predictions that are black all over, and what went wrong with
  /// pictures that cannot be read and pairs that could not be scored.
  public let unpairedPredictions, unpairedMasks, masksWithoutObject, emptyPredictions, failures: [String]

  /// Of an evaluation that has been done.
  /// - Parameters:
  ///   - evaluation: of the pairs.
  ///   - pairing: where they are from.
  ///   - unreadable: why pictures beside them cannot be read, a line for each.
  /// - Returns: nil if no pair has been scored.
  public init?(_ evaluation: DatasetEvaluation, _ pairing: Pairing, unreadable: [String] = []) {
    guard let mean = evaluation.scores.mean else { return nil }
    pairs = evaluation.scores.count
    scores = Dictionary(uniqueKeysWithValues: Measure.allCases.map { ($0.rawValue, $0.value(of: mean)) })
    (unpairedPredictions, unpairedMasks) = (pairing.unpairedPredictions, pairing.unpairedTruths)
    masksWithoutObject = evaluation.withoutObject.map(\.truth)
    emptyPredictions = evaluation.withoutPrediction.map(\.prediction)
    failures = unreadable + evaluation.failures.map { "\($0)" }
  }

  /// One JSON object, keys sorted and in snake case; names in it can do nothing to a terminal.
  /// - Throws: `EncodingError` if a score is no number.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return String(decoding: try encoder.encode(self), as: UTF8.self).visibleJSON
  }
}

extension EvaluationSummary: CustomStringConvertible {
  /// A table of the scores.
  public var description: String {
    let rows = Measure.allCases.map { [$0.title, fixed(scores[$0.rawValue]!, places: 4)] }
    return "\(pairs) pair\(pairs == 1 ? "" : "s")\n\n" + aligned(rows, leading: 1)
  }
}
