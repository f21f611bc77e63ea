/// The pairs of a data set that came out best and worst.
public struct Extremes: Sendable {
  /// A pair and what it came to.
  public struct Item: Sendable {
    /// The pair.
    public let pair: Pairing.Pair
    /// What pairs are ordered by; the best has the highest.
    public let rank: Double
    /// Its scores that are worth showing, with what they are called.
    public let scores: [(title: String, value: Double)]

    init(pair: Pairing.Pair, rank: Double, scores: [(title: String, value: Double)]) {
      (self.pair, self.rank, self.scores) = (pair, rank, scores)
    }
  }

  /// The best pairs, the very best first, and the worst, the very worst first; at most `limit` each, none in both.
  public private(set) var best: [Item] = []
  /// The pairs of the lowest rank that are not among the best, the lowest first.
  public var worst: [Item] { lowest.filter { item in !best.contains { $0.pair == item.pair } } }
  private var lowest: [Item] = []
  private let limit: Int

  /// Keeps at most `limit` pairs at each end.
  public init(limit: Int = 6) { self.limit = limit }

  /// Looks at one more pair. Of equal ones, the earlier stays ahead.
  mutating func add(_ item: Item) {
    best.insert(item, at: best.firstIndex { $0.rank < item.rank } ?? best.endIndex)
    if best.count > limit { best.removeLast() }
    lowest.insert(item, at: lowest.firstIndex { $0.rank > item.rank } ?? lowest.endIndex)
    if lowest.count > limit { lowest.removeLast() }
  }
}
