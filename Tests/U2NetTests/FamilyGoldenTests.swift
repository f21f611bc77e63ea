import RSU
import Testing
import U2NetCompute
import U2NetNetwork
import U2NetPlatform

/// IS-Net and U²-Net for several classes against PyTorch, with weights from a formula (make_isnet_goldens.py).
struct FamilyGoldenTests {
  struct Network: Decodable {
    /// First weight and first bias of each convolution.
    let layers: [[Float]]
    let cases: [Case]
  }

  struct Case: Decodable {
    struct Map: Decodable {
      let mean, deviation: Double
      let min, max: Float
      let pixels: [Float]?
      let size: [Int]?
    }
    let height, width: Int
    let maps, logits: [Map]
  }

  @Test(arguments: [("isnet", Configuration.isnet), ("cloth", .cloth)])
  func everyMap(name: String, configuration: Configuration) throws {
    let expected = try golden("golden_isnet.json", as: [String: Network].self)[name]!
    let parameters = Self.parameters(configuration)
    for (layer, first) in zip(configuration.layers, expected.layers) {
      let its = parameters[layer.name]!
      #expect(its.weight.values[0] == first[0] && its.bias.values[0] == first[1], "\(layer.name)")
    }
    for c in expected.cases {
      let recorder = GraphRecorder()
      let image = recorder.input(MapShape(channels: 3, height: c.height, width: c.width))
      let all = U2Net(configuration)(image, on: recorder).all
      let maps = configuration.classes == 1 ? all.map(recorder.sigmoid) : all
      let graph = recorder.graph, sides = (1...6).map { Self.node("side\($0)", in: graph) }
      let inference = Inference(
        graph, outputs: maps + sides, parameters: parameters, pool: ThreadPool(threads: 2))
      Self.picture(height: c.height, width: c.width).withUnsafeBufferPointer(inference.run)
      for (index, map) in (c.maps + c.logits).enumerated() {
        let place = "\(name) \(c.height)×\(c.width) map \(index)", shape = graph.nodes[(maps + sides)[index]].shape
        if let size = map.size { #expect([shape.height, shape.width] == size, "\(place): size") }
        inference.output(index).withUnsafeBufferPointer { values in
          let found = summary(values)
          #expect(abs(found.mean - map.mean) < 1e-4 && abs(found.std - map.deviation) < 1e-4, "\(place): mean")
          #expect(abs(found.min - map.min) < 1e-4 && abs(found.max - map.max) < 1e-4, "\(place): range")
          if let pixels = map.pixels {
            let difference = zip(spread(values), pixels).map { abs($0 - $1) }.max()!
            #expect(difference < 1e-4, "\(place): \(difference)")
          }
        }
      }
    }
  }

  private static func node(_ stage: String, in graph: Graph) -> Graph.ID {
    graph.nodes.firstIndex { node in
      if case .convolution(let layer) = node.operation { layer.name.stage == stage } else { false }
    }!
  }

  /// Values by the formula of make_isnet_goldens.py.
  static func parameters(_ configuration: Configuration) -> NetworkParameters {
    var parameters: NetworkParameters = [:]
    for (number, layer) in configuration.layers.enumerated() {
      let count = layer.weightShape.reduce(1, *), fan = Double(count / layer.output)
      let scale = 3.0.squareRoot() * ((layer.isNormalized ? 1.6 : 1) / fan).squareRoot()
      func values(_ stream: Int, _ count: Int, _ scale: Double) -> [Float] {
        var random = SplitMix64(seed: UInt64(stream) << 40 &* 0x9E37_79B9_7F4A_7C15)
        return (0..<count).map { _ in Float((2 * Double(random.next() >> 40) / 16_777_216 - 1) * scale) }
      }
      parameters[layer.name] = ConvolutionParameters(
        weight: Tensor(shape: layer.weightShape, values(2 * number, count, scale)),
        bias: Tensor(shape: [layer.output], values(2 * number + 1, layer.output, 0.05)))
    }
    return parameters
  }

  /// ((7x + 13y + 29c) mod 256) / 255 − ½.
  static func picture(height: Int, width: Int) -> [Float] {
    var values: [Float] = []
    for c in 0..<3 {
      for y in 0..<height {
        for x in 0..<width { values.append(Float(Double((7 * x + 13 * y + 29 * c) % 256) / 255 - 0.5)) }
      }
    }
    return values
  }

  @Test func parametersAreThePapers() {
    #expect(NetworkSummary(.isnet, size: 1024).parameters == 44_046_790)
    #expect(Configuration.isnet.layers.count == 119)
  }
}
