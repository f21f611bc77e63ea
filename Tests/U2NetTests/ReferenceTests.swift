import ComputeTestSupport
import Testing
import U2NetCompute
import U2NetNetwork

/// The whole network with trained weights, computed twice: by the engine, with everything that it plans, and the plain way.
struct ReferenceTests {
  @Test(arguments: [(64, 64), (75, 100)]) func liteIsTheReference(_ height: Int, _ width: Int) {
    let network = PreparedNetwork(.lite), shape = MapShape(channels: 3, height: height, width: width)
    var random = SeededGenerator(4)
    let x = random.floats(shape.count).map { 2 * $0 }
    let reference = Reference(network.parameters)
    let logits = U2Net(network.configuration)(Reference.FeatureMap(shape, x), on: reference)
    let expected = logits.all.map { reference.sigmoid($0).values }
    for name in Kernels.names {
      for isAhead in [true, false] {
        var options = Inference.Options()
        options.kernels = Kernels(named: name)!
        options.transformsWeightsAhead = isAhead
        let predictor = Predictor(network, height: height, width: width, maps: .all, threads: 2, options: options)
        x.withUnsafeBufferPointer(predictor.run)
        for (index, expected) in expected.enumerated() {
          let difference = largestDifference(predictor.map(index), expected)
          #expect(difference < 2e-4, "\(name), weights ahead: \(isAhead), map \(index): \(difference)")
        }
      }
    }
  }
}
