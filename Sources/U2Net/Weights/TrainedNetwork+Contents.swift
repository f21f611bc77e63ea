package import U2NetFiles
import U2NetNetwork
import U2NetCompute
import U2NetSafetensors
import U2NetWeightFiles

extension TrainedNetwork {
  package init(contentsOf path: FilePath) throws(WeightFileError) { self = try WeightFile.read(path).network() }
}

extension WeightFile {
  /// The U²-Net in this file, recognised and checked.
  func network() throws(WeightFileError) -> TrainedNetwork {
    switch contents {
    case .named(let store):
      return try TrainedNetwork(store)
    case .graph(let sequence):
      var convolutions: [(name: String, weight: Tensor, bias: Tensor)] = []
      for convolution in sequence.convolutions {
        guard let bias = convolution.bias else {
          throw WeightFileError(
            file: sequence.source, at: .tensor(convolution.weight.name), "this convolution has no bias; U²-Net's have")
        }
        convolutions.append((convolution.weight.name, convolution.weight.tensor, bias.tensor))
      }
      return try TrainedNetwork(TrainedNetwork.store(naming: convolutions, source: sequence.source))
    }
  }
}
