import U2NetCompute
package import U2NetFiles
import U2NetNetwork
import U2NetSafetensors
import U2NetWeightFiles

extension TrainedNetwork {
  package init(contentsOf path: FilePath) throws(WeightFileError) { self = try WeightFile.read(path).network() }
}

extension WeightFile {
  /// The U²-Net in this file, recognised and checked.
  func network() throws(WeightFileError) -> TrainedNetwork {
    switch contents {
    case .named(let store): try TrainedNetwork(store)
    case .graph(let sequence): try TrainedNetwork(sequence.store())
    }
  }
}

extension ConvolutionSequence {
  /// The tensors as a checkpoint names them: each convolution is what it is in a U²-Net's place of it.
  /// - Throws: `WeightFileError` naming the first node where the graph is not a U²-Net's.
  fileprivate func store() throws(WeightFileError) -> ParameterStore {
    // The widths do not matter here, nor does the size, as long as no level of it is of one pixel.
    let (graph, outputs) = Configuration.full.graph(height: 320, width: 320)
    let network = DataFlow(graph, outputs: outputs, isNormalized: !normalizations.isEmpty), layers = graph.layers

    // Another number of them is no U²-Net, which `TrainedNetwork.store` says.
    let places =
      convolutions.count == layers.count ? try flow.correspondence(to: network, file: source) : nil
    var named: [(name: String, weight: Tensor, bias: Tensor)] = []
    for number in places?.convolutions ?? Array(convolutions.indices) {
      let convolution = convolutions[number]
      guard let bias = convolution.bias else {
        throw WeightFileError(
          file: source, at: .tensor(convolution.weight.name), "this convolution has no bias; U²-Net's have")
      }
      named.append((convolution.weight.name, convolution.weight.tensor, bias.tensor))
    }
    var store = try TrainedNetwork.store(naming: named, source: source)
    for (layer, number) in zip(layers.filter(\.isNormalized), places?.normalizations ?? []) {
      let names = ParameterNames(layer.name), normalization = normalizations[number]
      store[names.gamma] = normalization.gamma.tensor
      store[names.beta] = normalization.beta.tensor
      store[names.mean] = normalization.mean.tensor
      store[names.variance] = normalization.variance.tensor
    }
    return store
  }
}
