package import U2NetFiles
import U2NetWeightFiles

extension TrainedNetwork {
  /// The network in a weight file: safetensors, ONNX or PyTorch, told apart by what is in it, whatever the file is called.
  ///
  /// Nothing that a file contains is run. Its values are in memory then: what becomes of the file does not matter.
  /// - Parameter kinds: of the blocks that the file's metadata may name.
  /// - Throws: `WeightFileError` if the file cannot be read, is of no known format or does not hold a U²-Net.
  public init(contentsOf path: String, kinds: BlockKinds = .builtIn) throws(WeightFileError) {
    try self.init(contentsOf: FilePath(path), kinds: kinds)
  }

  /// As `init(contentsOf:kinds:)` of a `String`, for names that need not be UTF-8.
  package init(contentsOf path: FilePath, kinds: BlockKinds = .builtIn) throws(WeightFileError) {
    try self.init(WeightFile.contents(of: path), kinds: kinds)
  }

  /// The network in a weight file that has been read; see `init(_:kinds:)` of a `ParameterStore`.
  package init(_ contents: WeightFile.Contents, kinds: BlockKinds = .builtIn) throws(WeightFileError) {
    switch contents {
    case .named(let store): try self.init(store, kinds: kinds)
    case .graph(let sequence):
      var convolutions: [(name: String, weight: Tensor, bias: Tensor)] = []
      for convolution in sequence.convolutions {
        guard let bias = convolution.bias else {
          throw WeightFileError(
            file: sequence.source, at: .tensor(convolution.weight.name), "this convolution has no bias; U²-Net's have")
        }
        convolutions.append((convolution.weight.name, convolution.weight.tensor, bias.tensor))
      }
      try self.init(TrainedNetwork.store(naming: convolutions, source: sequence.source))
    }
  }
}

extension SaliencyDetector {
  /// A detector with the weights of a file of any known format; see `TrainedNetwork.init(contentsOf:kinds:)`.
  /// - Throws: `WeightFileError` if the file cannot be read or does not hold a U²-Net.
  public convenience init(
    weights path: String, kinds: BlockKinds = .builtIn, options: Options = Options()
  ) throws(WeightFileError) {
    self.init(try TrainedNetwork(contentsOf: path, kinds: kinds), options: options)
  }
}
