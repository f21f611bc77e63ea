import U2NetPixels

/// All pairs of a data set, scored.
public struct DatasetEvaluation: Sendable {
  /// The mean over the pairs that were scored.
  public private(set) var scores = DatasetScores()
  /// The scores of each pair.
  public private(set) var table = ScoreTable()
  /// The pairs that came out best and worst.
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
        extremes.add(pairs[index], pair)
      case .failure(let error):
        failures.append(error)
      }
    }
  }
}

/// The pairs with the highest and the lowest S-measures: that measure makes sense without an object, too, and does not
/// favour small ones.
public struct Extremes: Sendable {
  /// A pair and what it came to.
  public struct Item: Sendable {
    /// The pair.
    public let pair: Pairing.Pair
    /// Its scores, as `Scores` has them.
    public let structure, meanAbsoluteError, weightedF: Double
  }

  /// The best pairs, the very best first, and the worst, the very worst first; at most `limit` each, none in both.
  public private(set) var best: [Item] = []
  /// The pairs of the lowest S-measure that are not among the best, the lowest first.
  public var worst: [Item] { lowest.filter { item in !best.contains { $0.pair == item.pair } } }
  private var lowest: [Item] = []
  private let limit: Int

  /// Keeps at most `limit` pairs at each end.
  public init(limit: Int = 6) { self.limit = limit }

  /// Looks at one more pair. Of equal ones, the earlier is kept.
  public mutating func add(_ pair: Pairing.Pair, _ scores: Scores) {
    let item = Item(
      pair: pair, structure: scores.structure, meanAbsoluteError: scores.meanAbsoluteError, weightedF: scores.weightedF)
    // Of equals, the earlier stays ahead.
    best.insert(item, at: best.firstIndex { $0.structure < item.structure } ?? best.endIndex)
    if best.count > limit { best.removeLast() }
    lowest.insert(item, at: lowest.firstIndex { $0.structure > item.structure } ?? lowest.endIndex)
    if lowest.count > limit { lowest.removeLast() }
  }
}
