import U2NetCompute
import U2NetNetwork
import U2NetPlatform

/// How long one network takes for one image in inference.
struct AblationSpeed: Codable {
  let stages: String
  let side, threads: Int
  /// The fastest of some passes.
  let milliseconds: Double
}

extension Ablation {
  /// Passes that are timed, after one that is not.
  private static let passes = 30

  /// The speed of every network of the plan, measured once, in turns, so that whatever else the machine does slows all of them
  /// alike. How fast a network is does not depend on its values: they are fresh ones.
  func speeds() throws(TrainingError) -> [AblationSpeed] {
    let (side, threads) = (plan.side, options.threads)
    if let known: [AblationSpeed] = read("speed.json"),
      plan.variants.allSatisfy({ variant in
        known.contains { ($0.stages, $0.side, $0.threads) == (variant.configuration.text, side, threads) }
      })
    {
      return known
    }
    var predictors: [Predictor] = []
    for variant in plan.variants {
      let weights = Checkpoint(variant.configuration, seed: 1).weights(source: variant.name)
      do {
        let network = PreparedNetwork(try TrainedNetwork(weights, as: variant.configuration))
        predictors.append(Predictor(network, height: side, width: side, threads: threads))
      } catch { throw .weights(error) }
    }
    var generator = SplitMix64(seed: 1)
    let input = (0..<3 * side * side).map { _ in Float(2 * generator.unit() - 1) }
    var times = plan.variants.map { _ in [Duration]() }
    for _ in 0...Self.passes {
      for (index, predictor) in predictors.enumerated() {
        times[index].append(ContinuousClock().measure { input.withUnsafeBufferPointer(predictor.run) })
      }
    }
    let speeds = zip(plan.variants, times).map { variant, times in
      let fastest = times.dropFirst().min()!
      return AblationSpeed(
        stages: variant.configuration.text, side: side, threads: threads,
        milliseconds: fastest.inMilliseconds)
    }
    try write(json: speeds, to: "speed.json")
    return speeds
  }
}
