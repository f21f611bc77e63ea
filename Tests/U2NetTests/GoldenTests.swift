import U2NetCompute
import Testing

import U2NetNetwork

/// The whole network against ONNX Runtime with the published weights (make_goldens.py).
struct GoldenTests {
  struct Case: Decodable {
    struct Map: Decodable {
      let mean: Double
      let min, max: Float
      let pixels: [Float]
    }
    let input: String
    let height, width: Int
    let maps: [Map]
  }

  @Test func liteMaps() throws { try checkMaps(.lite) }

  @Test(.enabled(if: haveFull, needsFull)) func fullMaps() throws { try checkMaps(.full) }

  @Test func liteActivations() throws { try checkActivations(.lite) }

  @Test(.enabled(if: haveFull, needsFull)) func fullActivations() throws { try checkActivations(.full) }

  /// Every instruction set with every tile size, and with weights transformed on the way, gives the same map.
  @Test func liteInEveryWay() throws {
    let network = PreparedNetwork(.lite), input = formulaInput("disc", height: 97, width: 130)
    func map(_ options: Inference.Options) -> [Float] {
      let predictor = Predictor(network, height: 97, width: 130, threads: 2, options: options)
      input.withUnsafeBufferPointer(predictor.run)
      return predictor.map()
    }
    let reference = map(Inference.Options())
    for name in Kernels.names {
      for tile in [nil, 2, 3, 4, 5, 6] {
        for ahead in [true, false] {
          var options = Inference.Options()
          options.kernels = Kernels(named: name)!
          options.tile = tile
          options.transformsWeightsAhead = ahead
          let difference = zip(map(options), reference).map { abs($0 - $1) }.max()!
          #expect(difference < 1.5e-4, "\(name), tile \(tile ?? 0), ahead \(ahead): \(difference)")
        }
      }
    }
  }

  private func checkMaps(_ model: Model) throws {
    let network = PreparedNetwork(try .pretrained(model))
    for c in try golden("golden_outputs.json", as: [String: [Case]].self)[model.rawValue]! {
      let predictor = Predictor(network, height: c.height, width: c.width, maps: .all, threads: 2)
      let input = formulaInput(c.input, height: c.height, width: c.width)
      input.withUnsafeBufferPointer(predictor.run)
      for (index, expected) in c.maps.enumerated() {
        predictor.map(index).withUnsafeBufferPointer { map in
          let found = summary(map), place = "\(model) \(c.input) \(c.height)×\(c.width) map \(index)"
          #expect(abs(found.mean - expected.mean) < 1e-5, "\(place): mean")
          #expect(abs(found.min - expected.min) < 1e-4 && abs(found.max - expected.max) < 1e-4, "\(place): range")
          for (a, b) in zip(spread(map), expected.pixels) { #expect(abs(a - b) < 1e-4, "\(place): pixels") }
        }
      }
      // The fused map alone is the same map.
      let alone = Predictor(network, height: c.height, width: c.width, threads: 1)
      input.withUnsafeBufferPointer(alone.run)
      #expect(
        alone.map() == predictor.map(),
        "\(model) \(c.input): the fused map depends on what else is asked for, or on the threads")
    }
  }

  struct Activation: Decodable {
    let shape: [Int]
    let mean, std: Double
    let min, max: Float
    let pixels: [Float]
  }

  private func checkActivations(_ model: Model) throws {
    let expected = try golden("golden_activations.json", as: [String: [Activation]].self)[model.rawValue]!
    let network = PreparedNetwork(try .pretrained(model))
    let engine = ObservingEngine()
    let image = engine.recorder.input(MapShape(channels: 3, height: 320, width: 320))
    _ = U2Net(network.configuration)(image, on: engine)
    #expect(engine.convolutions.count == expected.count)
    let inference = Inference(
      engine.recorder.graph, outputs: engine.convolutions.map(\.map), parameters: network.parameters,
      pool: ThreadPool(threads: 2))
    formulaInput("disc", height: 320, width: 320).withUnsafeBufferPointer(inference.run)
    for (index, (layer, golden)) in zip(engine.convolutions, expected).enumerated() {
      inference.output(index).withUnsafeBufferPointer { values in
        let found = summary(values), scale = Double(max(golden.max.magnitude, golden.min.magnitude))
        #expect(values.count == golden.shape.reduce(1, *), "\(layer.name)")
        #expect(abs(found.mean - golden.mean) < 1e-3 * max(abs(golden.mean), 1e-3 * scale), "\(layer.name): mean")
        #expect(abs(found.std - golden.std) < 1e-3 * golden.std, "\(layer.name): standard deviation")
        let pairs = zip(spread(values) + [found.min, found.max], golden.pixels + [golden.min, golden.max])
        for (a, b) in pairs { #expect(Double(abs(a - b)) < 1e-3 * scale, "\(layer.name): \(a), expected \(b)") }
      }
    }
  }
}

/// Records a network and remembers the result of every convolution.
private final class ObservingEngine: Engine {
  let recorder = GraphRecorder()
  private(set) var convolutions: [(name: LayerName, map: Graph.ID)] = []

  func convolution(_ x: Graph.ID, _ layer: Convolution) -> Graph.ID {
    let map = recorder.convolution(x, layer)
    convolutions.append((layer.name, map))
    return map
  }

  func maxPool(_ x: Graph.ID) -> Graph.ID { recorder.maxPool(x) }
  func averagePool(_ x: Graph.ID, cells g: Int) -> Graph.ID { recorder.averagePool(x, cells: g) }
  func upsample(_ x: Graph.ID, like reference: Graph.ID) -> Graph.ID { recorder.upsample(x, like: reference) }
  func concatenate(_ maps: [Graph.ID]) -> Graph.ID { recorder.concatenate(maps) }
  func add(_ a: Graph.ID, _ b: Graph.ID) -> Graph.ID { recorder.add(a, b) }
  func sigmoid(_ x: Graph.ID) -> Graph.ID { recorder.sigmoid(x) }
}
