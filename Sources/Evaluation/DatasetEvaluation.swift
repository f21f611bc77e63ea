import U2NetPixels

/// All pairs of a data set, scored.
public struct DatasetEvaluation: Sendable {
  /// The mean over the pairs that were scored.
  public private(set) var scores = DatasetScores()
  /// The scores of each pair.
  public private(set) var table = ScoreTable()
  /// The pairs with the highest and the lowest S-measures.
  public private(set) var extremes = Extremes()
  /// What went wrong with pairs that could not be scored, in the order of pairs. The scores are without them.
  public private(set) var failures: [any Error] = []
  /// The pairs that were scored although their true masks have no object.
  public private(set) var withoutObject: [Pairing.Pair] = []
  /// The pairs that were scored although nothing is predicted in them: their predictions are black all over.
  public private(set) var withoutPrediction: [Pairing.Pair] = []

  /// Scores pairs on several threads; the results are the same for any number of them.
  ///
  /// Memory: each thread holds one pair of masks and what `Scores` needs. What is kept of a pair is its line
  /// of the table.
  ///
  /// - Parameters:
  ///   - pairs: in the order of the table.
  ///   - threads: pairs that are scored at the same time.
  ///   - masks: reads or makes both masks of a pair, grey; see `Image.maskLevels(source:)` and
  ///     `trueMaskLevels(source:)`.
  public init(
    _ pairs: [Pairing.Pair], threads: Int = 1,
    masks: @Sendable (Pairing.Pair) throws -> (prediction: Image<UInt8>, truth: Image<UInt8>)
  ) {
    inOrder(count: pairs.count, threads: threads) { index in
      Result {
        let (prediction, truth) = try masks(pairs[index])
        let scores = try Scores(prediction: prediction, truth: truth, name: pairs[index].name)
        return (scores, truth.hasObject, prediction.samples.contains { $0 > 0 })
      }
    } receive: { index, result in
      switch result {
      case .success((let pair, let hasObject, let hasPrediction)):
        if !hasObject { withoutObject.append(pairs[index]) }
        if !hasPrediction { withoutPrediction.append(pairs[index]) }
        scores.add(pair)
        table.add(pairs[index].name, pair)
        // The S-measure makes sense without an object, too, and does not favour small ones.
        extremes.add(
          .init(
            pair: pairs[index], rank: pair.structure,
            scores: [("S", pair.structure), ("MAE", pair.meanAbsoluteError), ("weighted F", pair.weightedF)]))
      case .failure(let error):
        failures.append(error)
      }
    }
  }
}

extension DatasetEvaluation: ScoredPairs {
  package var count: Int { scores.count }
  package var csv: String { table.csv }
  package var means: [MeanScore] {
    guard let mean = scores.mean else { return [] }
    return Measure.allCases.map {
      MeanScore(key: $0.rawValue, title: $0.title, value: $0.value(of: mean), isError: $0.isError)
    }
  }
  package static var order: String { "S-measure" }
  package var charts: String { scores.mean.map { Report.curves(of: $0) } ?? "" }
}
