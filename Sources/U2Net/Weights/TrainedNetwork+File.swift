import U2NetCompute
package import U2NetFiles
import U2NetWeightFiles

extension TrainedNetwork {
  /// The network in a weight file: safetensors, ONNX or PyTorch, told apart by what is in it, whatever the file is called.
  ///
  /// Nothing that a file contains is run. Its values are in memory then: what becomes of the file does not matter.
  /// - Parameters:
  ///   - path: of the file.
  ///   - kinds: of the blocks that the file's metadata may name.
  /// - Throws: `WeightFileError` if the file cannot be read, is of no known format or does not hold a U²-Net.
  public init(contentsOf path: String, kinds: BlockKinds = .builtIn) throws(WeightFileError) {
    try self.init(contentsOf: FilePath(path), kinds: kinds)
  }

  /// As `init(contentsOf:kinds:)` of a `String`, for names that need not be UTF-8.
  package init(contentsOf path: FilePath, kinds: BlockKinds = .builtIn) throws(WeightFileError) {
    try self.init(WeightFile.contents(of: path), kinds: kinds)
  }

  /// As `init(contentsOf:kinds:)`, for a model's weights in a file that need not say what they were trained to see.
  /// - Throws: also if the network in it is no such model's.
  public init(contentsOf path: String, as model: Model) throws(WeightFileError) {
    try self.init(contentsOf: FilePath(path), as: model)
  }

  package init(contentsOf path: FilePath, as model: Model) throws(WeightFileError) {
    self = try TrainedNetwork(contentsOf: path).weights(of: model)
  }

  /// The same values as those of `model`.
  /// - Throws: `WeightFileError` if they cannot be.
  package func weights(of model: Model) throws(WeightFileError) -> TrainedNetwork {
    guard model.accepts(configuration) else {
      throw WeightFileError(
        file: store.source, "expected the network of the \(model.rawValue) model, found the \(configuration.title)")
    }
    return trained(for: model.input)
  }

  /// The network in a weight file that has been read; see `init(_:kinds:)` of a `ParameterStore`.
  package init(_ contents: WeightFile.Contents, kinds: BlockKinds = .builtIn) throws(WeightFileError) {
    switch contents {
    case .named(let store): try self.init(store, kinds: kinds)
    case .graph(let sequence): try self.init(sequence.store(kinds: kinds), kinds: kinds)
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

extension ConvolutionSequence {
  /// The tensors as a checkpoint names them: each convolution is what it is in a U²-Net's place of it.
  ///
  /// The network is the one that the metadata describe, or else one of residual U-blocks.
  /// - Throws: `WeightFileError` naming the first node where the graph is not a U²-Net's.
  fileprivate func store(kinds: BlockKinds) throws(WeightFileError) -> ParameterStore {
    // A stem halves the picture; the widths do not matter here.
    var configuration = convolutions[0].geometry.strides == [2, 2] ? Configuration.isnet : .full
    if let text = metadata[Configuration.metadataKey] {
      configuration = try Configuration(text: text, source: source, kinds: kinds)
    }
    // Nor does the size, as long as no level of any block is as small as a pixel or a pool's cells: there maps would not be
    // resized.
    let size = 1 << 40
    let (graph, outputs) = configuration.graph(height: size, width: size)
    let network = DataFlow(graph, outputs: outputs, isNormalized: !normalizations.isEmpty), layers = graph.layers

    // Another number of them is no U²-Net, which `TrainedNetwork.store` says.
    let places =
      convolutions.count == layers.count ? try flow.correspondence(to: network, file: source) : nil
    var named: [(name: String, weight: Tensor, bias: Tensor)] = []
    for number in places?.convolutions ?? Array(convolutions.indices) {
      let convolution = convolutions[number]
      named.append((convolution.weight.name, convolution.weight.tensor, convolution.biasOrZeros))
    }
    for (layer, number) in zip(layers, places?.convolutions ?? []) {
      try checkGeometry(ofConvolution: number, as: layer)
    }
    var store = try TrainedNetwork.store(naming: named, source: source, of: configuration)
    store.metadata = metadata
    for (layer, number) in zip(layers.filter(\.isNormalized), places?.normalizations ?? []) {
      let names = ParameterNames(layer.name), normalization = normalizations[number]
      store[names.gamma] = normalization.gamma.tensor
      store[names.beta] = normalization.beta.tensor
      store[names.mean] = normalization.mean.tensor
      store[names.variance] = normalization.variance.tensor
    }
    return store
  }

  /// Weights fit others' networks, too: what the graph does with them must be what the layer does.
  private func checkGeometry(ofConvolution number: Int, as layer: U2NetCompute.Convolution) throws(WeightFileError) {
    let convolution = convolutions[number]
    guard
      let difference = convolution.geometry.difference(
        kernel: layer.kernel, dilation: layer.dilation, stride: layer.stride)
    else { return }
    let node = convolution.node.isEmpty ? "Conv number \(number)" : "node \(printable(convolution.node)), Conv"
    throw WeightFileError(
      file: source, "\(node): \(printable(difference)), which is not what \(layer.name) of a U²-Net does")
  }
}

extension ConvolutionSequence.Convolution {
  /// What the graph adds: nothing, where it has no bias.
  fileprivate var biasOrZeros: Tensor {
    bias?.tensor
      ?? Tensor(shape: [weight.tensor.count > 0 ? weight.tensor.shape[0] : 0]) { $0.initialize(repeating: 0) }
  }
}
