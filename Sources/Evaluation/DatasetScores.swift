/// The mean scores of a data set, pair by pair. Holds as much memory for a million pairs as for one.
public struct DatasetScores: Equatable, Sendable {
  /// Pairs added.
  public private(set) var count = 0
  private var sum: Scores?

  /// Of no pair.
  public init() {}

  /// Sums depend, in their last digits, on the order in which pairs are added.
  public mutating func add(_ pair: Scores) {
    sum = sum.map { $0.combined(with: pair, +) } ?? pair
    count += 1
  }

  /// Nil if no pair was added.
  public var mean: Scores? {
    sum.map { sum in
      let count = Double(count)
      return sum.combined(with: sum) { total, _ in total / count }
    }
  }
}

extension Scores {
  /// `operation` applied to each number of this and its counterpart in `other`.
  fileprivate func combined(with other: Scores, _ operation: (Double, Double) -> Double) -> Scores {
    var result = self
    func combine(_ number: WritableKeyPath<Scores, Double>) {
      result[keyPath: number] = operation(result[keyPath: number], other[keyPath: number])
    }
    func combine(_ curve: WritableKeyPath<Scores, [Double]>) {
      result[keyPath: curve] = zip(result[keyPath: curve], other[keyPath: curve]).map(operation)
    }
    for number in Self.numbers { combine(number) }
    for curve in Self.curves { combine(curve) }
    return result
  }

  private static var numbers: [WritableKeyPath<Scores, Double>] {
    [
      \.meanAbsoluteError, \.fMeasure.adaptive, \.weightedF, \.structure, \.enhancedAlignment.adaptive,
      \.boundary.precision, \.boundary.recall, \.boundary.fMeasure, \.authors.meanAbsoluteError,
    ]
  }

  private static var curves: [WritableKeyPath<Scores, [Double]>] {
    [
      \.fMeasure.curve, \.enhancedAlignment.curve, \.precisionRecall.precision, \.precisionRecall.recall,
      \.authors.precisionRecall.precision, \.authors.precisionRecall.recall,
    ]
  }
}
