import U2NetCompute
import RSU
import Testing

struct BlockTests {
  /// Layers of a block for an 8→3→5 block at 48×40: name, input, output, dilation, H×W of the result.
  private func outline(_ block: some Block) -> (rows: [Outline.Row], result: MapShape) {
    let engine = Outline()
    let result = block(MapShape(channels: 8, height: 48, width: 40), stage: "En_1", on: engine)
    return (engine.rows, result)
  }

  private func text(_ row: Outline.Row) -> String {
    "\(row.layer.name.layer) \(row.layer.input)→\(row.layer.output) d\(row.layer.dilation) "
      + "\(row.shape.height)×\(row.shape.width)"
  }

  @Test func layersOfRSU5() {
    let (rows, result) = outline(RSU(5, 8, 3, 5))
    #expect(
      rows.map(text) == [
        "in 8→5 d1 48×40", "1 5→3 d1 48×40", "2 3→3 d1 24×20", "3 3→3 d1 12×10", "4 3→3 d1 6×5", "5 3→3 d2 6×5",
        "4d 6→3 d1 6×5", "3d 6→3 d1 12×10", "2d 6→3 d1 24×20", "1d 6→5 d1 48×40",
      ])
    #expect(result == MapShape(channels: 5, height: 48, width: 40))
  }

  @Test func layersOfRSU4F() {
    let (rows, result) = outline(RSU4F(8, 3, 5))
    #expect(
      rows.map(text) == [
        "in 8→5 d1 48×40", "1 5→3 d1 48×40", "2 3→3 d2 48×40", "3 3→3 d4 48×40", "4 3→3 d8 48×40",
        "3d 6→3 d4 48×40", "2d 6→3 d2 48×40", "1d 6→5 d1 48×40",
      ])
    #expect(result == MapShape(channels: 5, height: 48, width: 40))
  }

  @Test(arguments: [4, 5, 6, 7]) func everyHeightKeepsOddSizes(_ height: Int) {
    let engine = Outline()
    let block = RSU(height, 1, 1, 1)
    for (h, w) in [(1, 1), (33, 47), (100, 3)] {
      let shape = MapShape(channels: 1, height: h, width: w)
      #expect(block(shape, stage: "En_1", on: engine) == shape)
    }
    #expect(engine.rows.count == 3 * 2 * height && block.kind == "RSU-\(height)")
  }

  /// With all weights zero the U contributes ReLU(bias) = 0 and the block is its input layer: the residual is the
  /// transformed input, not the input.
  @Test func residualIsTheTransformedInput() {
    let block = RSU(4, 2, 1, 2), shape = MapShape(channels: 2, height: 9, width: 7)
    let recorder = GraphRecorder()
    let output = block(recorder.input(shape), stage: "En_1", on: recorder)
    var parameters: NetworkParameters = [:]
    for layer in recorder.graph.layers {
      var weight = [Float](repeating: 0, count: layer.weightShape.reduce(1, *))
      if layer.name.layer == "in" {  // Output o is twice channel o.
        for o in 0..<2 { weight[(o * 2 + o) * 9 + 4] = 2 }
      }
      parameters[layer.name] = ConvolutionParameters(
        weight: Tensor(shape: layer.weightShape, weight),
        bias: Tensor(shape: [layer.output], [Float](repeating: 0, count: layer.output)))
    }
    let inference = Inference(
      recorder.graph, outputs: [output], parameters: parameters, pool: ThreadPool(threads: 2))
    let x = (0..<shape.count).map { Float($0 % 11) - 5 }
    x.withUnsafeBufferPointer(inference.run)
    for (found, value) in zip(inference.output(0), x) { #expect(abs(found - max(0, 2 * value)) < 1e-5) }
  }
}
