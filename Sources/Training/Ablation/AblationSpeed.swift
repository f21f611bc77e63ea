import U2NetCompute
import U2NetGradients
import U2NetMachine
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
    var generator = SplitMix64(seed: 1)
    let input = (0..<3 * side * side).map { _ in Float(2 * generator.unit() - 1) }
    var times: [[Duration]] = []
    for group in try groups() { times += try self.times(of: group, input) }
    let speeds = zip(plan.variants, times).map { variant, times in
      let fastest = times.dropFirst().min()!
      return AblationSpeed(
        stages: variant.configuration.text, side: side, threads: threads,
        milliseconds: fastest.inMilliseconds)
    }
    try write(json: speeds, to: "speed.json")
    return speeds
  }

  /// As many networks in turns as there is memory for: all of them on most machines.
  private func groups() throws(TrainingError) -> [[AblationPlan.Variant]] {
    let available = ResourceLimits.availableMemory
    var groups: [[AblationPlan.Variant]] = [], taken = 0
    for variant in plan.variants {
      let its = Predictor.memory(variant.configuration, height: plan.side, width: plan.side, threads: options.threads)
      // Values, their gradients and a copy while fresh ones are made.
      let fresh = 3 * TrainableParameters.memory(variant.configuration.outline().map(\.layer))
      let needed = its.weights + its.maps + its.scratch
      guard needed + fresh <= available else {
        throw .memory(
          MemoryShortage(
            "a pass of the \(variant.name) network at \(plan.side)×\(plan.side) pixels", needed: needed + fresh,
            available: available, advice: "choose a smaller --size or a larger --divisor"))
      }
      if groups.isEmpty || taken + needed > available {
        groups.append([])
        taken = 0
      }
      groups[groups.count - 1].append(variant)
      taken += needed
    }
    return groups
  }

  /// Of the passes of each of these networks, in turns.
  private func times(
    of variants: [AblationPlan.Variant], _ input: [Float]
  ) throws(TrainingError) -> [[Duration]] {
    var predictors: [Predictor] = []
    for variant in variants {
      let weights = Checkpoint(variant.configuration, seed: 1).weights(source: variant.name)
      do {
        let network = PreparedNetwork(try TrainedNetwork(weights, as: variant.configuration))
        predictors.append(Predictor(network, height: plan.side, width: plan.side, threads: options.threads))
      } catch { throw .weights(error) }
    }
    var times = predictors.map { _ in [Duration]() }
    for _ in 0...Self.passes {
      for (index, predictor) in predictors.enumerated() {
        times[index].append(ContinuousClock().measure { input.withUnsafeBufferPointer(predictor.run) })
      }
    }
    return times
  }
}
