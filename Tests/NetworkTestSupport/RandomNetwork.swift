import U2NetCompute
import U2NetNetwork
import U2NetPlatform
import U2NetSafetensors

extension Configuration {
  /// Values under which maps keep their scale from stage to stage and no two channels are alike, batch normalisation included, with
  /// the name of the blocks.
  package func randomStore(seed: UInt64) -> ParameterStore {
    var store = ParameterStore(source: "random", metadata: [Configuration.metadataKey: text])
    var generator = SplitMix64(seed: seed)
    func tensor(_ shape: [Int], _ range: ClosedRange<Float>) -> Tensor {
      Tensor(shape: shape, (0..<shape.reduce(1, *)).map { _ in Float.random(in: range, using: &generator) })
    }
    for layer in outline(height: 32, width: 32).map(\.layer) {
      let names = ParameterNames(layer.name), channels = [layer.output]
      let reach = (6 / Float(layer.input * layer.kernel * layer.kernel)).squareRoot()
      store[names.weight] = tensor(layer.weightShape, -reach...reach)
      store[names.bias] = tensor(channels, -0.1...0.1)
      guard layer.isNormalized else { continue }
      store[names.gamma] = tensor(channels, 0.7...1.1)
      store[names.beta] = tensor(channels, -0.1...0.2)
      store[names.mean] = tensor(channels, -0.1...0.1)
      store[names.variance] = tensor(channels, 0.6...1.6)
    }
    return store
  }
}
