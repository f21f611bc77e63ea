import U2NetCompute

/// The running mean of a network's values over the steps of its training, which predicts better than any step's own values
/// (Polyak and Juditsky 1992). After step t, counted from 1, of values v:
///
///     a ← a + (1 − d)·(v − a)        d = min(decay, (1 + t) / (10 + t))
///
/// The second term of d, TensorFlow's, lets the first steps, which are far from where training leads, be forgotten soon. The
/// running statistics of batch normalisation are averaged like all else.
public final class ParameterAverage {
  /// The most that d is: 0 ≤ decay < 1.
  public let decay: Double
  private let parameters: TrainableParameters
  private let values, statistics: OwnedFloats

  /// An average that begins with the values as they are.
  public init(of parameters: TrainableParameters, decay: Double) {
    precondition(0..<1 ~= decay, "a decay of \(decay)")
    self.parameters = parameters
    self.decay = decay
    values = OwnedFloats(count: parameters.values.buffer.count)
    statistics = OwnedFloats(count: parameters.statistics.buffer.count)
    _ = values.buffer.initialize(from: parameters.values.buffer)
    _ = statistics.buffer.initialize(from: parameters.statistics.buffer)
  }

  /// Goes on where another one stood.
  public convenience init(of parameters: TrainableParameters, decay: Double, at average: NetworkParameters) {
    self.init(of: parameters, decay: decay)
    parameters.fill(values, from: average)
    parameters.fillStatistics(statistics, from: average)
  }

  /// A copy of the average as it is.
  public var networkParameters: NetworkParameters { parameters.copy(values, statistics: statistics) }

  /// Takes in the values after step number `step`, from 1.
  public func update(step: Int, pool: ThreadPool) {
    let weight = Float(1 - min(decay, Double(1 + step) / Double(10 + step)))
    for (average, now) in [(values, parameters.values), (statistics, parameters.statistics)] {
      forEachPart(of: average.buffer.count, pool) { part in
        let average = average.start, now = now.start
        for i in part { average[i] += weight * (now[i] - average[i]) }
      }
    }
  }
}

/// Calls `body` with the parts of 0 ..< count, on the threads of `pool`.
func forEachPart(of count: Int, _ pool: ThreadPool, _ body: @Sendable (Range<Int>) -> Void) {
  let size = 1 << 14  // 64 KB of floats.
  pool.run((count + size - 1) / size) { job, _ in body(job * size..<min((job + 1) * size, count)) }
}
