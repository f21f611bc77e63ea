import U2NetPixels

/// All pairs of a data set of alphas, scored; as `DatasetEvaluation` for masks.
public struct AlphaEvaluation: Sendable, ScoredPairs {
  /// Pairs that were scored.
  public private(set) var count = 0
  /// A row for each pair: its name, then each `AlphaMeasure`; empty where a pair has no unknown band.
  public private(set) var csv = ScoreTable.line(["name"] + AlphaMeasure.allCases.map(\.rawValue))
  /// The pairs with the lowest and the highest MAE.
  public private(set) var extremes = Extremes()
  /// What went wrong with pairs that could not be scored, in the order of pairs. The scores are without them.
  public private(set) var failures: [any Error] = []
  /// The pairs whose true alpha is 0 all over, and those whose prediction is.
  public private(set) var withoutObject: [Pairing.Pair] = [], withoutPrediction: [Pairing.Pair] = []
  private var sums: [AlphaMeasure: (sum: Double, count: Int)] = [:]

  /// Scores pairs on several threads; the results are the same for any number of them.
  /// - Parameters:
  ///   - pairs: in the order of the table.
  ///   - threads: pairs that are scored at the same time, each with both alphas and what `AlphaScores` needs.
  ///   - alphas: reads or makes both alphas of a pair, 0 … 1; see `Image.alphaLevels()`.
  public init(
    _ pairs: [Pairing.Pair], threads: Int = 1,
    alphas: @Sendable (Pairing.Pair) throws -> (prediction: Image<Float>, truth: Image<Float>)
  ) {
    inOrder(count: pairs.count, threads: threads) { index in
      Result {
        let (prediction, truth) = try alphas(pairs[index])
        let scores = try AlphaScores(prediction: prediction, truth: truth, name: pairs[index].name)
        return (scores, truth.samples.contains { $0 > 0 }, prediction.samples.contains { $0 > 0 })
      }
    } receive: { index, result in
      switch result {
      case .success((let scores, let hasObject, let hasPrediction)):
        if !hasObject { withoutObject.append(pairs[index]) }
        if !hasPrediction { withoutPrediction.append(pairs[index]) }
        add(scores, of: pairs[index])
      case .failure(let error): failures.append(error)
      }
    }
  }

  private mutating func add(_ scores: AlphaScores, of pair: Pairing.Pair) {
    count += 1
    let values = AlphaMeasure.allCases.map { $0.value(of: scores) }
    csv += ScoreTable.line([pair.name] + values.map { $0.map { "\($0)" } ?? "" })
    for case (let measure, let value?) in zip(AlphaMeasure.allCases, values) {
      sums[measure, default: (0, 0)].sum += value
      sums[measure]!.count += 1
    }
    let shown = [AlphaMeasure.mae, .bandMAE, .gradient]
    extremes.add(
      .init(
        pair: pair, rank: -scores.picture.meanAbsoluteError,
        scores: shown.compactMap { measure in measure.value(of: scores).map { (measure.title, $0) } }))
  }

  /// The mean over the pairs that have the measure; nil if none has.
  public func mean(_ measure: AlphaMeasure) -> Double? { sums[measure].map { $0.sum / Double($0.count) } }

  package var means: [MeanScore] {
    AlphaMeasure.allCases.compactMap { measure in
      mean(measure).map {
        MeanScore(key: measure.rawValue, title: measure.title, value: $0, isError: measure != .bandShare)
      }
    }
  }
  package static var order: String { "MAE" }
  package var charts: String { "" }
}
