import U2NetCompute
import U2NetGradients
import Foundation
import Testing
import U2NetPlatform
import U2NetTraining
import U2NetNetwork

/// Twenty steps of the lite network against PyTorch in double precision; Fixtures/make_goldens.py says how they were made.
struct GoldenTests {
  struct Golden: Decodable {
    let seed: UInt64, images: Int, size: Int, learningRate: Double, epsilon: Double, gamma: Float, beta: Float
    let losses: [Double]
    let gradients, final: [String: [Double]]
  }

  static func golden() throws -> Golden {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/golden_training.json")
    return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
  }

  /// Noise with a brighter disc that is the mask.
  static func data(_ golden: Golden, using generator: inout SplitMix64) -> (images: [Float], masks: [Float]) {
    let size = golden.size
    let masks = (0..<golden.images).flatMap { n in
      (0..<size * size).map { i -> Float in
        let y = i / size - 24 - 12 * n, x = i % size - 40 + 10 * n
        return y * y + x * x < 15 * 15 ? 1 : 0
      }
    }
    let images = (0..<golden.images * 3 * size * size).map { i in
      Float(2 * generator.unit() - 1 + Double(masks[i / (3 * size * size) * size * size + i % (size * size)]))
    }
    return (images, masks)
  }

  /// Fresh values with the script's γ and β.
  static func conditioned(_ fresh: TrainableParameters, _ golden: Golden) -> NetworkParameters {
    fresh.networkParameters.mapValues { layer in
      guard let old = layer.normalization else { return layer }
      func all(_ value: Float) -> Tensor { Tensor(shape: old.gamma.shape, old.gamma.values.map { _ in value }) }
      return ConvolutionParameters(
        weight: layer.weight, bias: layer.bias,
        normalization: .init(
          gamma: all(golden.gamma), beta: all(golden.beta), mean: old.mean, variance: old.variance))
    }
  }

  /// As in the script: four values of the weight, the first of bias, γ, β, running mean and variance.
  static func samples(_ layer: ConvolutionParameters) -> [Double] {
    let weight = layer.weight.values
    let first = [layer.bias, layer.normalization?.gamma, layer.normalization?.beta, layer.normalization?.mean]
    let all = first + [layer.normalization?.variance]
    return (0..<4).map { Double(weight[$0 * weight.count / 4]) } + all.compactMap { $0.map { Double($0.values[0]) } }
  }

  @Test func twentyStepsAreThoseOfPyTorch() throws {
    let golden = try Self.golden()
    var generator = SplitMix64(seed: golden.seed)
    let fresh = TrainableParameters(.lite, using: &generator)
    let parameters = TrainableParameters(fresh.layers, Self.conditioned(fresh, golden))
    let (images, masks) = Self.data(golden, using: &generator)
    var options = Adam.Options()
    options.learningRate = golden.learningRate
    options.epsilon = golden.epsilon
    let pool = ThreadPool(threads: 2)
    let step = TrainingStep(
      .lite, parameters: parameters, optimizer: Adam(parameters, options: options), images: golden.images,
      height: golden.size, width: golden.size, pool: pool)

    var worstGradient = 0.0, worstLoss = 0.0, worstValue = 0.0
    for (number, expected) in golden.losses.enumerated() {
      let loss = images.withUnsafeBufferPointer { images in
        masks.withUnsafeBufferPointer { step.run(images: images, masks: $0) }
      }
      worstLoss = max(worstLoss, abs(loss.total - expected) / expected)
      #expect(abs(loss.total - expected) <= 1e-4 * expected, "step \(number): \(loss.total), PyTorch \(expected)")
      guard number == 0 else { continue }
      for (name, layer) in parameters.networkGradients {
        let expected = golden.gradients[name.description]!
        let scale = expected.prefix(4).map(abs).max()!
        for (mine, theirs) in zip(Self.samples(layer), expected) {
          worstGradient = max(worstGradient, abs(mine - theirs) / max(scale, abs(theirs), 1e-6))
          #expect(
            abs(mine - theirs) <= 1e-3 * max(scale, abs(theirs)) + 1e-7, "gradient of \(name): \(mine), not \(theirs)")
        }
      }
    }
    for (name, layer) in parameters.networkParameters {
      for (mine, theirs) in zip(Self.samples(layer), golden.final[name.description]!) {
        worstValue = max(worstValue, abs(mine - theirs) / max(1, abs(theirs)))
        #expect(abs(mine - theirs) <= 1e-3 * max(1, abs(theirs)), "\(name): \(mine), PyTorch \(theirs)")
      }
    }
    print("worst: gradient \(worstGradient), loss \(worstLoss), value \(worstValue)")
  }

  @Test func threadsDoNotMatter() throws {
    let golden = try Self.golden()
    func train(threads: Int) -> [Float] {
      var generator = SplitMix64(seed: 5)
      let configuration = CheckpointTests.narrow
      let parameters = TrainableParameters(configuration, using: &generator)
      let (images, masks) = Self.data(golden, using: &generator)
      let step = TrainingStep(
        configuration, parameters: parameters, optimizer: Adam(parameters), images: golden.images, height: golden.size,
        width: golden.size, pool: ThreadPool(threads: threads))
      for _ in 0..<2 {
        _ = images.withUnsafeBufferPointer { images in
          masks.withUnsafeBufferPointer { step.run(images: images, masks: $0) }
        }
      }
      let result = parameters.networkParameters
      return parameters.layers.flatMap { result[$0.name]!.weight.values + result[$0.name]!.bias.values }
    }
    let one = train(threads: 1)
    #expect(one.allSatisfy { $0.isFinite })
    for threads in [2, 3] { #expect(train(threads: threads) == one, "\(threads) threads") }
  }
}
