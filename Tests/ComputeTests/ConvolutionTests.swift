import U2NetCompute
import ComputeTestSupport
import Testing

struct ConvolutionTests {
  struct Case: CustomStringConvertible {
    let input, output, kernel, dilation, height, width: Int
    let relu: Bool
    var stride = 1
    var description: String {
      "\(input)→\(output) k\(kernel) d\(dilation) s\(stride) \(height)×\(width) relu \(relu)"
    }
  }

  static let cases: [Case] = {
    var cases: [Case] = []
    for (height, width) in [(1, 1), (1, 7), (5, 1), (2, 3), (9, 8), (13, 31), (36, 25)] {
      for (input, output) in [(1, 1), (3, 2), (5, 1), (5, 17), (16, 33), (33, 16)] {
        for dilation in [1, 2, 4, 8] {
          cases.append(
            Case(
              input: input, output: output, kernel: 3, dilation: dilation, height: height, width: width,
              relu: dilation % 3 != 0 && output > 1))
        }
        cases.append(
          Case(input: input, output: output, kernel: 1, dilation: 1, height: height, width: width, relu: false))
      }
    }
    // What is unfolded: other kernels, and planar maps, in strips of pixels that are whole or not.
    for (input, output) in [(1, 1), (1, 19), (6, 1), (20, 3), (17, 40)] {
      for (kernel, dilation) in [(1, 1), (3, 1), (5, 1), (5, 3), (7, 1)] {
        for (height, width) in [(1, 3), (8, 8), (21, 35)] {
          cases.append(
            Case(
              input: input, output: output, kernel: kernel, dilation: dilation, height: height, width: width,
              relu: kernel == 5))
        }
      }
    }
    // Every second pixel, of maps that are planar, fill their blocks or do not, with odd sides and even ones.
    for (height, width) in [(1, 1), (1, 6), (2, 3), (7, 1), (8, 8), (13, 30), (33, 25)] {
      for (input, output) in [(1, 1), (1, 9), (3, 64), (5, 1), (17, 4), (16, 33)] {
        cases.append(
          Case(
            input: input, output: output, kernel: 3, dilation: 1, height: height, width: width, relu: output == 9,
            stride: 2))
      }
    }
    // Large enough to be cut into many tiles, with a last one that is shorter.
    cases.append(Case(input: 7, output: 5, kernel: 3, dilation: 1, height: 91, width: 103, relu: true))
    cases.append(Case(input: 70, output: 9, kernel: 3, dilation: 2, height: 57, width: 43, relu: false))
    return cases
  }()

  /// A layer with random values, and a random input for it.
  struct Sample {
    let layer: Convolution
    let shape: MapShape
    let x, weight, bias: [Float]
    let parameters: NetworkParameters

    init(_ c: Case) {
      var random = SeededGenerator(UInt64(c.input * 1000 + c.height))
      shape = MapShape(channels: c.input, height: c.height, width: c.width)
      layer = Convolution(
        LayerName(stage: "test"), input: c.input, output: c.output, kernel: c.kernel, dilation: c.dilation,
        stride: c.stride, isNormalized: false, hasReLU: c.relu)
      x = random.floats(shape.count)
      weight = random.floats(layer.weightShape.reduce(1, *))
      bias = random.floats(c.output)
      parameters = [
        layer.name: ConvolutionParameters(
          weight: Tensor(shape: layer.weightShape, weight), bias: Tensor(shape: [c.output], bias))
      ]
    }

    var expected: [Float] { plainConvolution(x, shape, layer, weight: weight, bias: bias) }
  }

  @Test(arguments: cases) func matchesThePlainDefinition(_ c: Case) {
    let sample = Sample(c), expected = sample.expected
    // Relative to the range of the result: the largest tiles are off by 5·10⁻⁶.
    let tolerance = 1e-5 * (expected.max()! - expected.min()! + 1)
    for options in everyWay where options.tile == 2 || (c.kernel == 3 && c.output > 1) {
      let one = evaluate(sample.x, sample.shape, parameters: sample.parameters, options: options) {
        $0.convolution($1, sample.layer)
      }
      let difference = largestDifference(one, expected)
      #expect(difference < tolerance, "\(c), \(describe(options)): \(difference)")
    }
  }

  /// Every second pixel of a list of maps, of what is upsampled, and of a map that others read as it is; and the list that a
  /// planar input becomes.
  @Test(arguments: everyWay.indices) func stridesOverWhateverIsThere(_ way: Int) {
    var random = SeededGenerator(11)
    let shape = MapShape(channels: 5, height: 9, width: 14)
    func layer(_ name: String, _ input: Int, _ output: Int, stride: Int) -> Convolution {
      Convolution(
        LayerName(stage: name), input: input, output: output, stride: stride, isNormalized: false, hasReLU: true)
    }
    let layers = [
      layer("a", 5, 17, stride: 1), layer("b", 22, 6, stride: 2), layer("c", 6, 4, stride: 2),
      layer("d", 5, 4, stride: 2),
    ]
    let parameters = Dictionary(
      uniqueKeysWithValues: layers.map { layer in
        let weight = random.floats(layer.weightShape.reduce(1, *)).map { $0 / 4 }
        return (
          layer.name,
          ConvolutionParameters(
            weight: Tensor(shape: layer.weightShape, weight),
            bias: Tensor(shape: [layer.output], random.floats(layer.output)))
        )
      })
    let x = random.floats(shape.count).map { $0 - 0.5 }
    func network<E: Engine>(_ engine: E, _ x: E.FeatureMap) -> E.FeatureMap {
      let half = engine.convolution(engine.concatenate([engine.convolution(x, layers[0]), x]), layers[1])
      let quarter = engine.convolution(engine.upsample(engine.maxPool(half), like: half), layers[2])
      let other = engine.upsample(engine.convolution(x, layers[3]), like: quarter)
      return engine.add(quarter, other)
    }
    func inputOnly<E: Engine>(_ engine: E, _ x: E.FeatureMap) -> E.FeatureMap { engine.convolution(x, layers[3]) }
    let reference = Reference(parameters), map = Reference.FeatureMap(shape, x)
    let all = evaluate(x, shape, parameters: parameters, options: everyWay[way]) { network($0, $1) }
    #expect(largestDifference(all, network(reference, map).values) < 3e-5, "\(describe(everyWay[way]))")
    let first = evaluate(x, shape, parameters: parameters, options: everyWay[way]) { inputOnly($0, $1) }
    #expect(largestDifference(first, inputOnly(reference, map).values) < 3e-5, "\(describe(everyWay[way]))")
  }

  @Test func resultsDoNotDependOnThreads() {
    for (input, output, side) in [(3, 2, 9), (16, 33, 31), (64, 64, 61), (5, 1, 40)] {
      let sample = Sample(
        Case(input: input, output: output, kernel: 3, dilation: 1, height: side, width: side, relu: false))
      let results = [1, 2, 3].map { threads in
        evaluate(sample.x, sample.shape, parameters: sample.parameters, threads: threads) {
          $0.convolution($1, sample.layer)
        }
      }
      #expect(results[0] == results[1] && results[0] == results[2], "\(input)→\(output) \(side)×\(side)")
    }
  }

  @Test(arguments: everyWay.indices) func residualIsAddedAfterTheReLU(_ way: Int) {
    var random = SeededGenerator(7)
    let shape = MapShape(channels: 4, height: 6, width: 5)
    let layer = Convolution(
      LayerName(stage: "test"), input: 4, output: 4, isNormalized: false, hasReLU: true)
    let x = random.floats(shape.count).map { $0 - 0.5 }, weight = random.floats(4 * 4 * 9), bias = random.floats(4)
    let parameters = [
      layer.name: ConvolutionParameters(
        weight: Tensor(shape: layer.weightShape, weight), bias: Tensor(shape: [4], bias))
    ]
    let convolved = plainConvolution(x, shape, layer, weight: weight, bias: bias)
    let result = evaluate(x, shape, parameters: parameters, options: everyWay[way]) {
      $0.add($0.convolution($1, layer), $1)
    }
    #expect(largestDifference(result, zip(convolved, x).map { $0 + $1 }) < 3e-5, "\(describe(everyWay[way]))")
    #expect(result.contains { $0 < 0 })
  }

  /// Lists of maps whose channels fill their blocks or do not, and single channels, which are stored otherwise.
  @Test(arguments: everyWay.indices, [1, 2, 16, 19]) func readsAConcatenationInOrder(_ way: Int, _ channels: Int) {
    var random = SeededGenerator(8)
    let shape = MapShape(channels: channels, height: 6, width: 8)
    let layer = Convolution(
      LayerName(stage: "test"), input: 3 * channels, output: 3, isNormalized: false, hasReLU: false)
    let x = random.floats(shape.count), weight = random.floats(3 * 3 * channels * 9), bias = random.floats(3)
    let parameters = [
      layer.name: ConvolutionParameters(
        weight: Tensor(shape: layer.weightShape, weight), bias: Tensor(shape: [3], bias))
    ]
    // Pieces that differ, so that the order matters.
    let result = evaluate(x, shape, parameters: parameters, options: everyWay[way]) {
      let doubled = $0.add($1, $1)
      return $0.convolution($0.concatenate([$0.concatenate([doubled, $1]), $0.add(doubled, $1)]), layer)
    }
    let joined = x.map { 2 * $0 } + x + x.map { 3 * $0 }
    let expected = plainConvolution(
      joined, shape.with(channels: 3 * channels), layer, weight: weight, bias: bias)
    #expect(largestDifference(result, expected) < 5e-4, "\(describe(everyWay[way])), \(channels) channels")
  }

  static let fusedSizes = [(1, 1), (1, 5), (2, 2), (3, 4), (7, 9), (12, 12), (19, 14), (40, 26)]

  /// What a convolution does beside its sums gives what operators of their own give.
  @Test(arguments: everyWay.indices, fusedSizes) func poolsItsResult(_ way: Int, _ size: (height: Int, width: Int)) {
    for (input, output) in [(3, 2), (5, 19), (4, 1)] {
      let sample = Sample(
        Case(
          input: input, output: output, kernel: 3, dilation: 1, height: size.height, width: size.width,
          relu: output > 1))
      let fused = evaluate(sample.x, sample.shape, parameters: sample.parameters, options: everyWay[way]) {
        $0.maxPool($0.convolution($1, sample.layer))
      }
      let convolved = evaluate(sample.x, sample.shape, parameters: sample.parameters, options: everyWay[way]) {
        $0.convolution($1, sample.layer)
      }
      let pooled = evaluate(convolved, sample.shape.with(channels: output), options: everyWay[way]) { $0.maxPool($1) }
      #expect(fused == pooled, "\(describe(everyWay[way])), \(sample.shape)")
    }
  }

  /// A list of maps, of which one has the size of the result, one half of it and one some other size.
  @Test(arguments: everyWay.indices, fusedSizes) func upsamplesWhatItReads(
    _ way: Int, _ size: (height: Int, width: Int)
  ) {
    var random = SeededGenerator(UInt64(size.height))
    let whole = MapShape(channels: 3, height: size.height, width: size.width)
    let layer = Convolution(
      LayerName(stage: "test"), input: 9, output: 5, isNormalized: false, hasReLU: false)
    let weight = random.floats(5 * 9 * 9), bias = random.floats(5)
    let parameters = [
      layer.name: ConvolutionParameters(
        weight: Tensor(shape: layer.weightShape, weight), bias: Tensor(shape: [5], bias))
    ]
    let x = random.floats(whole.count)
    func list(_ engine: GraphRecorder, _ x: Graph.ID) -> Graph.ID {
      let half = engine.maxPool(x), quarter = engine.maxPool(half)
      return engine.concatenate([x, engine.upsample(half, like: x), engine.upsample(quarter, like: x)])
    }
    let fused = evaluate(x, whole, parameters: parameters, options: everyWay[way]) {
      $0.convolution(list($0, $1), layer)
    }
    let joined = evaluate(x, whole, options: everyWay[way]) { list($0, $1) }
    let expected = plainConvolution(joined, whole.with(channels: 9), layer, weight: weight, bias: bias)
    #expect(largestDifference(fused, expected) < 1e-4, "\(describe(everyWay[way])), \(whole)")
    // Read by an addition, too, the upsampled maps exist; the convolution gives the same.
    let both = evaluate(x, whole, parameters: parameters, options: everyWay[way]) {
      let maps = list($0, $1)
      return $0.concatenate([$0.convolution(maps, layer), $0.add(maps, maps)])
    }
    #expect(both[..<fused.count].elementsEqual(fused), "\(describe(everyWay[way])), \(whole)")
    #expect(both[fused.count...].elementsEqual(joined.map { 2 * $0 }), "\(describe(everyWay[way])), \(whole)")
  }

  /// Winograd's sums mix the pixels of a tile, so what is not finite spreads in it; but it never gets lost, and pixels of
  /// other tiles do not see it.
  @Test(arguments: everyWay.indices) func whatIsNotFiniteStaysVisible(_ way: Int) {
    for output in [1, 2] {
      let shape = MapShape(channels: 2, height: 24, width: 24)
      let layer = Convolution(
        LayerName(stage: "test"), input: 2, output: output, isNormalized: false, hasReLU: output > 1)
      let parameters = [
        layer.name: ConvolutionParameters(
          weight: Tensor(shape: layer.weightShape, [Float](repeating: 1, count: output * 18)),
          bias: Tensor(shape: [output], [Float](repeating: 0, count: output)))
      ]
      for value in [Float.nan, .infinity] {
        var x = [Float](repeating: 1, count: shape.count)
        x[0] = value
        let y = evaluate(x, shape, parameters: parameters, options: everyWay[way]) { $0.convolution($1, layer) }
        #expect(!y[0].isFinite && !y[1].isFinite && !y[24].isFinite && !y[25].isFinite, "\(describe(everyWay[way]))")
        #expect(abs(y[24 * 12 + 12] - 18) < 1e-3 && abs(y.last! - 8) < 1e-3, "\(describe(everyWay[way]))")
      }
    }
  }

  /// Subnormal numbers are numbers.
  @Test(arguments: everyWay.indices) func subnormalsAreKept(_ way: Int) {
    let shape = MapShape(channels: 2, height: 8, width: 8)
    let layer = Convolution(LayerName(stage: "test"), input: 2, output: 2, isNormalized: false, hasReLU: false)
    var weight = [Float](repeating: 0, count: 36)
    for o in 0..<2 { weight[(o * 2 + o) * 9 + 4] = 1 }
    let parameters = [
      layer.name: ConvolutionParameters(
        weight: Tensor(shape: layer.weightShape, weight), bias: Tensor(shape: [2], [0, 0]))
    ]
    let subnormal = Float.leastNormalMagnitude / 8
    let x = [Float](repeating: subnormal, count: shape.count)
    let y = evaluate(x, shape, parameters: parameters, options: everyWay[way]) { $0.convolution($1, layer) }
    #expect(y.allSatisfy { abs($0 - subnormal) < subnormal / 100 }, "\(describe(everyWay[way])): \(y[9])")
  }

  @Test func foldingKeepsTheFunction() {
    var random = SeededGenerator(9)
    let weight = random.floats(2 * 3 * 9), bias = random.floats(2)
    let gamma: [Float] = [0.5, -1.5], beta: [Float] = [0.1, 0.2], mean: [Float] = [0.3, -0.4]
    let variance: [Float] = [0.25, 4]
    let layer = Convolution(LayerName(stage: "test"), input: 3, output: 2, isNormalized: true, hasReLU: false)
    let folded = ConvolutionParameters(
      weight: Tensor(shape: layer.weightShape, weight), bias: Tensor(shape: [2], bias),
      normalization: .init(
        gamma: Tensor(shape: [2], gamma), beta: Tensor(shape: [2], beta), mean: Tensor(shape: [2], mean),
        variance: Tensor(shape: [2], variance))
    ).folded
    let shape = MapShape(channels: 3, height: 4, width: 5)
    let x = random.floats(shape.count)
    let expected = plainConvolution(x, shape, layer, weight: weight, bias: bias).enumerated().map { index, value in
      let o = index / shape.pixels
      return (value - mean[o]) / (variance[o] + 1e-5).squareRoot() * gamma[o] + beta[o]
    }
    let result = evaluate(x, shape, parameters: [layer.name: folded]) { $0.convolution($1, layer) }
    #expect(folded.normalization == nil)
    #expect(largestDifference(result, expected) < 1e-5)
  }
}
