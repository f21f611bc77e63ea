import U2NetCompute
import ComputeTestSupport
import U2NetGradients
import Testing
import U2NetPlatform

/// A network under test: written once, interpreted by `Tape` and by `PlainTraining`.
protocol TestNetwork: Sendable {
  var input: Int { get }
  func callAsFunction<E: Engine>(_ x: E.FeatureMap, on engine: E) -> [E.FeatureMap]
}

/// One convolution.
struct OneLayer: TestNetwork {
  let layer: Convolution
  var input: Int { layer.input }
  init(
    _ input: Int, _ output: Int, kernel: Int = 3, dilation: Int = 1, stride: Int = 1, isNormalized: Bool = true,
    hasReLU: Bool = true
  ) {
    layer = Convolution(
      LayerName(stage: "only"), input: input, output: output, kernel: kernel, dilation: dilation,
      stride: stride, isNormalized: isNormalized, hasReLU: hasReLU)
  }
  func callAsFunction<E: Engine>(_ x: E.FeatureMap, on engine: E) -> [E.FeatureMap] { [engine.convolution(x, layer)] }
}

/// Down, up, a skip, a residual sum, and side outputs of two sizes that are fused: what U²-Net is made of.
struct SmallU: TestNetwork {
  let input = 3
  let width: Int
  func callAsFunction<E: Engine>(_ x: E.FeatureMap, on engine: E) -> [E.FeatureMap] {
    func layer(_ x: E.FeatureMap, _ name: String, _ i: Int, _ o: Int, dilation: Int = 1) -> E.FeatureMap {
      engine.convolution(
        x,
        Convolution(
          LayerName(stage: "U", layer: name), input: i, output: o, dilation: dilation, isNormalized: true,
          hasReLU: true))
    }
    func side(_ x: E.FeatureMap, _ name: String, kernel: Int, _ i: Int) -> E.FeatureMap {
      engine.convolution(
        x,
        Convolution(LayerName(stage: name), input: i, output: 1, kernel: kernel, isNormalized: false, hasReLU: false))
    }
    let features = layer(x, "in", input, width)
    let one = layer(features, "1", width, 5)
    let two = layer(engine.maxPool(one), "2", 5, 9)
    let three = layer(two, "3", 9, 5, dilation: 2)
    let twoUp = layer(engine.concatenate([three, two]), "2d", 14, 4)
    let decoded = layer(engine.concatenate([engine.upsample(twoUp, like: one), one]), "1d", 9, width)
    let sum = engine.add(decoded, features)
    let sides = [side(sum, "side1", kernel: 3, width), side(three, "side2", kernel: 3, 5)]
    let upsampled = sides.map { engine.upsample($0, like: sides[0]) }
    return [side(engine.concatenate(upsampled), "fusion", kernel: 1, 2)] + upsampled
  }
}

/// Average pooling to fewer, to as many and to more cells than pixels, resized and joined with the map itself.
struct Pyramid: TestNetwork {
  let input = 3
  let width: Int
  func callAsFunction<E: Engine>(_ x: E.FeatureMap, on engine: E) -> [E.FeatureMap] {
    func layer(_ x: E.FeatureMap, _ name: String, _ i: Int, _ o: Int, kernel: Int = 3) -> E.FeatureMap {
      engine.convolution(
        x,
        Convolution(
          LayerName(stage: "P", layer: name), input: i, output: o, kernel: kernel, isNormalized: false, hasReLU: true))
    }
    let features = layer(x, "in", input, width)
    let pooled = [1, 2, 6].map { g in
      engine.upsample(layer(engine.averagePool(features, cells: g), "\(g)", width, 4, kernel: 1), like: features)
    }
    let list = engine.averagePool(engine.concatenate([features, pooled[0]]), cells: 3)
    return [layer(engine.concatenate([features] + pooled), "out", width + 12, 2), layer(list, "list", width + 4, 1)]
  }
}

/// Two strided layers that read the same list, one of them through another layer.
struct Stem: TestNetwork {
  let input = 3
  func callAsFunction<E: Engine>(_ x: E.FeatureMap, on engine: E) -> [E.FeatureMap] {
    func layer(_ x: E.FeatureMap, _ name: String, _ i: Int, _ o: Int, stride: Int) -> E.FeatureMap {
      engine.convolution(
        x,
        Convolution(
          LayerName(stage: "S", layer: name), input: i, output: o, stride: stride, isNormalized: false, hasReLU: true))
    }
    let list = engine.concatenate([layer(x, "a", 3, 9, stride: 1), x])
    let half = layer(list, "b", 12, 4, stride: 2), other = layer(list, "c", 12, 4, stride: 2)
    return [engine.upsample(layer(half, "d", 4, 2, stride: 2), like: x), engine.add(half, other)]
  }
}

/// What schedules cannot hide in a convolution: pooling and resizing of a sum, a sum with a concatenation, sigmoid.
struct Oddities: TestNetwork {
  let input = 4
  func callAsFunction<E: Engine>(_ x: E.FeatureMap, on engine: E) -> [E.FeatureMap] {
    func layer(_ x: E.FeatureMap, _ name: String, _ i: Int, _ o: Int, dilation: Int = 1) -> E.FeatureMap {
      engine.convolution(
        x,
        Convolution(
          LayerName(stage: "O", layer: name), input: i, output: o, dilation: dilation, isNormalized: false,
          hasReLU: true))
    }
    let a = layer(x, "a", 4, 3), b = layer(x, "b", 4, 10)
    let sum = engine.add(engine.concatenate([a, b]), engine.concatenate([b, a]))
    let pooled = engine.maxPool(sum)
    let up = engine.upsample(pooled, like: sum)
    return [engine.sigmoid(layer(up, "c", 13, 2, dilation: 3)), layer(engine.add(up, sum), "d", 13, 1)]
  }
}

struct GradientTests {
  static let cases: [(network: any TestNetwork, height: Int, width: Int, images: Int)] = [
    (OneLayer(3, 5), 1, 1, 3), (OneLayer(1, 1), 4, 3, 2), (OneLayer(8, 16), 5, 7, 2), (OneLayer(17, 9), 13, 2, 1),
    (OneLayer(9, 24, dilation: 2), 7, 9, 2), (OneLayer(5, 8, dilation: 4), 6, 11, 3),
    (OneLayer(2, 3, dilation: 8), 10, 5, 2), (OneLayer(40, 33), 8, 8, 1),
    (OneLayer(6, 1, isNormalized: false), 9, 8, 2),
    (OneLayer(6, 1, kernel: 1, isNormalized: false, hasReLU: false), 5, 3, 2),
    (OneLayer(3, 20, stride: 2), 9, 7, 2), (OneLayer(17, 5, stride: 2, isNormalized: false), 6, 8, 2),
    (OneLayer(1, 3, stride: 2), 3, 4, 3), (Stem(), 9, 10, 2),
    (OneLayer(11, 9, kernel: 1), 3, 8, 2), (OneLayer(3, 4, hasReLU: false), 12, 12, 2),
    (SmallU(width: 8), 8, 8, 2), (SmallU(width: 3), 7, 5, 3), (SmallU(width: 17), 9, 12, 1),
    (Oddities(), 6, 6, 2), (Oddities(), 5, 9, 1),
    (Pyramid(width: 5), 7, 9, 2), (Pyramid(width: 17), 3, 4, 1),
  ]

  @Test(arguments: cases.indices) func gradientsAreDifferences(_ index: Int) {
    let (network, height, width, images) = Self.cases[index]
    check(network, height, width, images: images, differences: true, "")
  }

  /// Every way to compute: differences once are enough, here gradients of `Tape`s are compared with each other's.
  @Test(arguments: everyWay.indices) func everyWayAgrees(_ index: Int) {
    let way = everyWay[index]
    check(
      SmallU(width: 17), 11, 9, images: 2, differences: false, kernels: way.kernels, tile: way.tile, describe(way))
    check(
      Pyramid(width: 9), 10, 7, images: 2, differences: false, kernels: way.kernels, tile: way.tile, describe(way))
  }

  /// Runs `network` on both interpreters.
  func check(
    _ network: any TestNetwork, _ height: Int, _ width: Int, images: Int, differences: Bool,
    kernels: Kernels = .fastest, tile: Int? = nil, _ way: String
  ) {
    func opened<N: TestNetwork>(_ network: N) {
      var generator = SplitMix64(seed: 7)
      let recorder = GraphRecorder()
      let shape = MapShape(channels: network.input, height: height, width: width)
      let outputs = network(recorder.input(shape), on: recorder)
      let start = values(recorder.graph.layers, using: &generator)
      let x = (0..<images * shape.count).map { _ in Float(2 * generator.unit() - 1) }
      let weights = outputs.map { id in
        (0..<images * recorder.graph.nodes[id].shape.count).map { _ in Float(2 * generator.unit() - 1) }
      }
      let what = "\(network) \(height)×\(width), \(images) images \(way)"

      func tape(_ kernels: Kernels, _ tile: Int?, threads: Int = 2) -> (Tape, TrainableParameters) {
        let parameters = TrainableParameters(recorder.graph.layers, start)
        let tape = Tape(
          recorder.graph, outputs: outputs, images: images, parameters: parameters, pool: ThreadPool(threads: threads),
          kernels: kernels, tile: tile, keepsInputGradient: true)
        for _ in 0..<2 {  // Twice, because memory is used again.
          x.withUnsafeBufferPointer(tape.run)
          for (index, weight) in weights.enumerated() { tape.setGradient(output: index, weight) }
          tape.pullBack()
        }
        return (tape, parameters)
      }
      let (mine, parameters) = tape(kernels, tile)

      let plain = PlainTraining(images: images, start)
      func loss(_ x: [Double]) -> Double {
        let maps = network(PlainTraining.Map(shape: shape, values: x), on: plain)
        return zip(maps, weights).reduce(0) { sum, pair in
          sum + zip(pair.0.values, pair.1).reduce(0) { $0 + $1.0 * Double($1.1) }
        }
      }
      let exact = x.map(Double.init)
      for (index, map) in network(PlainTraining.Map(shape: shape, values: exact), on: plain).enumerated() {
        let difference = largestDifference(mine.output(index), map.values.map(Float.init))
        #expect(difference < 2e-4, "\(what): output \(index) differs by \(difference)")
      }
      let after = parameters.networkParameters
      for (name, statistics) in plain.statistics {
        let running = after[name]!.normalization!
        let old = start[name]!.normalization!
        for channel in statistics.mean.indices {
          for (new, old, value) in [
            (running.mean, old.mean, statistics.mean[channel]),
            (running.variance, old.variance, statistics.variance[channel]),
          ] {
            let expected = 0.81 * Double(old.values[channel]) + 0.19 * value
            #expect(abs(Double(new.values[channel]) - expected) < 1e-4 * max(1, abs(expected)), "\(what): \(name)")
          }
        }
      }

      let gradients = parameters.networkGradients
      guard differences else {
        let (other, others) = tape(.fastest, 2, threads: 1)
        let expected = others.networkGradients
        for layer in recorder.graph.layers {
          for (name, list) in tensors(gradients[layer.name]!) {
            same(list, tensors(expected[layer.name]!)[name]!, "\(what): \(layer.name) \(name)")
          }
        }
        same(mine.gradientOfInput!, other.gradientOfInput!, "\(what): input")
        return
      }
      func difference(_ name: String, _ gradient: [Float], _ change: (Int, Double) -> Void, _ value: () -> Double) {
        let step = 1e-6
        // A prime stride visits all rows, columns and channels.
        let places = Swift.stride(from: 0, to: gradient.count, by: max(1, gradient.count / 24) | 1)
        let expected = places.map { place in
          change(place, step)
          let above = value()
          change(place, -2 * step)
          let below = value()
          change(place, step)
          return Float((above - below) / (2 * step))
        }
        same(places.map { gradient[$0] }, expected, "\(what): \(name)")
      }
      for layer in recorder.graph.layers {
        let parts: [(String, WritableKeyPath<PlainTraining.Values, [Double]>)] = [
          ("weight", \.weight), ("bias", \.bias), ("γ", \.gamma), ("β", \.beta),
        ]
        for (name, path) in parts {
          guard let gradient = tensors(gradients[layer.name]!)[name] else { continue }
          difference("\(layer.name) \(name)", gradient) {
            plain.parameters[layer.name]![keyPath: path][$0] += $1
          } _: {
            loss(exact)
          }
        }
      }
      var moved = exact
      difference("input", mine.gradientOfInput!) {
        moved[$0] += $1
      } _: {
        loss(moved)
      }
    }
    opened(network)
  }

  private func same(_ mine: [Float], _ expected: [Float], _ what: String) {
    let scale = expected.reduce(0) { max($0, abs($1)) }
    let difference = largestDifference(mine, expected)
    #expect(difference <= 1e-3 * scale + 1e-3, "\(what): differs by \(difference), largest is \(scale)")
  }

  private func tensors(_ layer: ConvolutionParameters) -> [String: [Float]] {
    var result = ["weight": layer.weight.values, "bias": layer.bias.values]
    result["γ"] = layer.normalization?.gamma.values
    result["β"] = layer.normalization?.beta.values
    return result
  }

  private func values(_ layers: [Convolution], using generator: inout SplitMix64) -> NetworkParameters {
    func tensor(_ shape: [Int], _ low: Double, _ high: Double) -> Tensor {
      Tensor(shape: shape, (0..<shape.reduce(1, *)).map { _ in Float(low + (high - low) * generator.unit()) })
    }
    var result: NetworkParameters = [:]
    for layer in layers {
      let o = [layer.output]
      result[layer.name] = ConvolutionParameters(
        weight: tensor(layer.weightShape, -0.5, 0.5), bias: tensor(o, -0.5, 0.5),
        normalization: layer.isNormalized
          ? .init(
            gamma: tensor(o, 0.5, 1.5), beta: tensor(o, -0.5, 0.5), mean: tensor(o, -1, 1), variance: tensor(o, 0.5, 2))
          : nil)
    }
    return result
  }
}
