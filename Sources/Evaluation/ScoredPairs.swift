/// Pairs that have been scored, by one set of measures or another: what summaries, tables and reports are made of.
package protocol ScoredPairs: Sendable {
  /// Pairs that were scored.
  var count: Int { get }
  /// The means over them, in the measures' order; those that no pair has are left out.
  var means: [MeanScore] { get }
  /// A row for each pair, as comma-separated values.
  var csv: String { get }
  /// The best and the worst.
  var extremes: Extremes { get }
  /// What the extremes are ordered by.
  static var order: String { get }
  /// Curves, as HTML; empty if there are none.
  var charts: String { get }
  var failures: [any Error] { get }
  var withoutObject: [Pairing.Pair] { get }
  var withoutPrediction: [Pairing.Pair] { get }
}

/// The mean of one measure over a data set.
package struct MeanScore: Sendable {
  /// As in CSV and JSON.
  package let key: String
  package let title: String
  package let value: Double
  /// Whether 0 is best.
  package let isError: Bool
}
