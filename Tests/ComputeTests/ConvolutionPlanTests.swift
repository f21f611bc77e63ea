import ComputeTestSupport
import Testing
import U2NetCompute

/// One decision for each convolution, which schedule, memory and run follow.
struct ConvolutionPlanTests {
  /// A network in which a convolution `layer` can do everything on the way: it reads an upsampled map, a map that is needed
  /// no more is added, and the sum is pooled. Once more it reads what is added.
  struct Network {
    let first, alone, both: Convolution
    let shape: MapShape
    let parameters: NetworkParameters

    init(kernel: Int, dilation: Int, output: Int, height: Int, width: Int) {
      func layer(_ name: String, _ input: Int, kernel: Int, dilation: Int) -> Convolution {
        Convolution(
          LayerName(stage: name), input: input, output: output, kernel: kernel, dilation: dilation,
          isNormalized: false, hasReLU: output > 1)
      }
      first = layer("first", 3, kernel: 3, dilation: 1)
      alone = layer("alone", output, kernel: kernel, dilation: dilation)
      both = layer("both", 2 * output, kernel: kernel, dilation: dilation)
      shape = MapShape(channels: 3, height: height, width: width)
      var random = SeededGenerator(UInt64(kernel * 100 + output))
      parameters = Dictionary(
        uniqueKeysWithValues: [first, alone, both].map { layer in
          (
            layer.name,
            ConvolutionParameters(
              weight: Tensor(shape: layer.weightShape, random.floats(layer.weightShape.reduce(1, *))),
              bias: Tensor(shape: [layer.output], random.floats(layer.output)))
          )
        })
    }

    func callAsFunction(_ engine: GraphRecorder, _ x: Graph.ID) -> Graph.ID {
      let a = engine.convolution(x, first), half = engine.maxPool(a)
      let b = engine.add(engine.convolution(engine.upsample(half, like: a), alone), a)
      let c = engine.add(b, engine.convolution(engine.concatenate([b, engine.upsample(half, like: b)]), both))
      return engine.concatenate([c, engine.upsample(engine.maxPool(c), like: c)])
    }

    /// The kinds of steps, in order, and whether each has a residual, in place or not, and a pooled result.
    func steps(
      _ plan: (_ layer: Convolution, _ sources: [Int], _ out: MapShape) -> ConvolutionPlan
    ) -> [String] {
      let recorder = GraphRecorder()
      let output = self(recorder, recorder.input(shape))
      let schedule = Schedule(recorder.graph, outputs: [output], plan: plan)
      let buffer = schedule.buffers(lanes: 4).of
      return schedule.steps.map { step in
        var text = "\(step.operation)".prefix { $0 != "(" }.description
        if case .convolution(let layer, _) = step.operation { text = layer.name.stage }
        if let residual = step.residual {
          text += buffer[residual] == buffer[step.result] ? " += residual" : " + residual"
        }
        return text + (step.pooled == nil ? "" : ", pooled")
      }
    }
  }

  static let networks: [Network] = [(3, 1), (3, 2), (1, 1), (5, 1)].flatMap { kernel, dilation in
    [1, 5].flatMap { output in
      [(1, 1), (7, 10), (16, 12)].map {
        Network(kernel: kernel, dilation: dilation, output: output, height: $0, width: $1)
      }
    }
  }

  /// What a convolution may not do on the way is done all the same, with the same numbers; of what it reads upsampled, the
  /// tiles' sums are in another order.
  @Test(arguments: networks.indices) func resultsDoNotDependOnWhatIsFused(_ index: Int) {
    let network = Self.networks[index]
    var random = SeededGenerator(3)
    let x = random.floats(network.shape.count)
    for var options in everyWay {
      func result(_ fusions: ConvolutionPlan.Fusions) -> [Float] {
        options.fusions = fusions
        return evaluate(
          x, network.shape, parameters: network.parameters, options: options, network.callAsFunction)
      }
      let what = "\(network.alone), \(network.shape), \(describe(options))"
      let apart = result([]), upsampled = result(.upsampling)
      let scale = apart.reduce(1) { max($0, abs($1)) }
      #expect(largestDifference(apart, upsampled) < 1e-4 * scale, "\(what)")
      for rawValue in 0...ConvolutionPlan.Fusions.all.rawValue {
        let fusions = ConvolutionPlan.Fusions(rawValue: rawValue)
        #expect(
          result(fusions) == (fusions.contains(.upsampling) ? upsampled : apart), "\(what), fusions \(rawValue)")
      }
    }
  }

  /// An algorithm that does nothing on the way, as a new one does at first.
  @Test func whatAnAlgorithmDoesNotDoIsAStepOfItsOwn() {
    let network = Network(kernel: 3, dilation: 1, output: 5, height: 16, width: 12)
    #expect(
      network.steps { _, _, _ in ConvolutionPlan(.winograd(tile: 4), fusing: []) } == [
        "first", "maxPool", "upsample", "alone", "add", "upsample", "both", "add", "maxPool", "upsample",
      ])
    #expect(
      network.steps { _, _, _ in ConvolutionPlan(.winograd(tile: 4), fusing: .all) } == [
        "first, pooled", "alone += residual", "both + residual, pooled", "upsample",
      ])
  }

  /// What each algorithm does on the way.
  @Test func algorithmsFuseWhatTheyCan() {
    func steps(_ kernel: Int, _ dilation: Int, tile: Int, output: Int = 5) -> [String] {
      var options = Inference.Options()
      options.tile = tile
      let network = Network(kernel: kernel, dilation: dilation, output: output, height: 16, width: 12)
      return network.steps { ConvolutionPlan($0, sources: $1, out: $2, options: options) }
    }
    #expect(steps(3, 1, tile: 6) == ["first, pooled", "alone += residual", "both + residual, pooled", "upsample"])
    #expect(
      steps(3, 1, tile: 5) == ["first", "maxPool", "alone += residual", "both + residual", "maxPool", "upsample"])
    #expect(
      steps(3, 2, tile: 6) == [
        "first, pooled", "upsample", "alone += residual", "upsample", "both + residual", "maxPool", "upsample",
      ])
    // The pointwise one sums in the result's memory, so that the residual cannot lie there.
    #expect(
      steps(1, 1, tile: 6) == [
        "first, pooled", "upsample", "alone + residual", "upsample", "both + residual", "maxPool", "upsample",
      ])
    for (kernel, output) in [(5, 5), (3, 1)] {
      #expect(
        steps(kernel, 1, tile: 5, output: output) == [
          "first", "maxPool", "upsample", "alone", "add", "upsample", "both", "add", "maxPool", "upsample",
        ])
    }
  }

  @Test func algorithms() {
    func algorithm(_ sources: [Int], _ output: Int, kernel: Int = 3, dilation: Int = 1, relu: Bool = false)
      -> ConvolutionPlan.Algorithm
    {
      let layer = Convolution(
        LayerName(stage: "test"), input: sources.reduce(0, +), output: output, kernel: kernel, dilation: dilation,
        isNormalized: false, hasReLU: relu)
      var options = Inference.Options()
      options.tile = 4
      return ConvolutionPlan(
        layer, sources: sources, out: MapShape(channels: output, height: 9, width: 8), options: options
      ).algorithm
    }
    #expect(algorithm([3], 2) == .winograd(tile: 4) && algorithm([3, 4], 2, dilation: 8) == .winograd(tile: 4))
    #expect(algorithm([3], 1) == .single && algorithm([3], 1, relu: true) == .unfolded)
    #expect(algorithm([3], 1, dilation: 2) == .unfolded && algorithm([3, 1], 2) == .unfolded)
    #expect(algorithm([3, 5], 2, kernel: 1) == .pointwise && algorithm([1, 1], 2, kernel: 1) == .unfolded)
    #expect(algorithm([3], 1, kernel: 1) == .unfolded && algorithm([3], 4, kernel: 5) == .unfolded)
  }
}
