import U2NetCompute
import ComputeTestSupport
import RSU
import Testing

/// A block as a network under test.
struct OneBlock: TestNetwork {
  let block: any Block
  var input: Int { block.widths.input }
  func callAsFunction<E: Engine>(_ x: E.FeatureMap, on engine: E) -> [E.FeatureMap] {
    [block(x, stage: "En_1", on: engine)]
  }
}

/// Every block through every interpreter.
struct InterpreterTests {
  static let blocks: [any Block] = BlockKinds.builtIn.all.flatMap { kind in
    [
      kind.block(inPlaceOf: RSU(4, 1, 1, 1), Widths(3, 5, 9)), kind.block(inPlaceOf: RSU4F(1, 1, 1), Widths(10, 4, 10)),
    ]
  }

  /// Values of trained layers, folded.
  private func parameters(_ layers: [Convolution]) -> NetworkParameters {
    var random = SeededGenerator(5)
    return Dictionary(
      uniqueKeysWithValues: layers.map { layer in
        let scale = 1 / Float(layer.input * layer.kernel * layer.kernel).squareRoot()
        let weight = random.floats(layer.weightShape.reduce(1, *)).map { 2 * $0 * scale }
        return (
          layer.name,
          ConvolutionParameters(
            weight: Tensor(shape: layer.weightShape, weight),
            bias: Tensor(shape: [layer.output], random.floats(layer.output)))
        )
      })
  }

  @Test(arguments: blocks.indices) func inferenceIsTheDefinition(_ index: Int) {
    let block = Self.blocks[index], network = OneBlock(block: block)
    for (height, width) in [(1, 1), (5, 8), (14, 9)] {
      let recorder = GraphRecorder(), shape = MapShape(channels: network.input, height: height, width: width)
      let output = network(recorder.input(shape), on: recorder)[0]
      let parameters = parameters(recorder.graph.layers)
      var random = SeededGenerator(9)
      let x = random.floats(shape.count)
      let plain = PlainTraining(images: 1, parameters)
      plain.normalizes = false
      let expected = network(PlainTraining.Map(shape: shape, values: x.map(Double.init)), on: plain)[0].values
      let scale = expected.reduce(0) { max($0, abs($1)) }
      #expect(scale > 0.1)
      for options in everyWay {
        let inference = Inference(
          recorder.graph, outputs: [output], parameters: parameters, pool: ThreadPool(threads: 2), options: options)
        x.withUnsafeBufferPointer(inference.run)
        let difference = largestDifference(inference.output(0), expected.map(Float.init))
        #expect(
          Double(difference) < 1e-4 * scale, "\(block.kind) \(block.widths) \(height)×\(width), \(describe(options))")
      }
    }
  }

  @Test(arguments: blocks.indices) func gradientsAreDifferences(_ index: Int) {
    GradientTests().check(OneBlock(block: Self.blocks[index]), 6, 5, images: 2, differences: true, "")
  }

  /// What the outline counts is what training holds and what the definitions say.
  @Test func counts() {
    let expected: [BlockKind: (parameters: Int, multiplications: Int)] = [
      // I = 6, M = 4, O = 8 at 10×10; a 3×3 layer has 9·i·o weights and bias, γ, β.
      .pln: (9 * (24 + 32) + 3 * 12, 100 * 9 * (24 + 32)),
      .res: (9 * (24 + 32) + 48 + 3 * 20, 100 * (9 * (24 + 32) + 48)),
      .dse: (9 * (24 + 16 + 32 + 48 + 128) + 3 * 24, 100 * 9 * (24 + 16 + 32 + 48 + 128)),
      .inc: (9 * (24 + 64 + 128) + 3 * 28, 100 * 9 * (24 + 64 + 128)),
      // The branches' layers have a bias only; 1 + 4 + 9 + 36 cells.
      .ppm: (9 * (24 + 160) + 3 * 12 + 4 * (16 + 4), 100 * 9 * (24 + 160) + 50 * 16),
    ]
    for (kind, cost) in expected {
      let outline = Outline(), block = kind.block(inPlaceOf: RSU(4, 1, 1, 1), Widths(6, 4, 8))
      let result = block(MapShape(channels: 6, height: 10, width: 10), stage: "En_1", on: outline)
      #expect(result == MapShape(channels: 8, height: 10, width: 10) && block.kind == kind.name)
      #expect(outline.rows.reduce(0) { $0 + $1.parameters } == cost.parameters, "\(kind)")
      #expect(outline.rows.reduce(0) { $0 + $1.macs } == cost.multiplications, "\(kind)")
    }
  }
}
