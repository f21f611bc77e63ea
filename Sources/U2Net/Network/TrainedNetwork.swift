import U2NetCompute
import U2NetEmbeddedWeights
import RSU
import U2NetPlatform
import U2NetSafetensors
import Synchronization

/// A network and its trained values, checked to belong together.
public struct TrainedNetwork: Sendable {
  /// The stages that the values are of.
  public let configuration: Configuration
  /// The checkpoint's tensors under their checkpoint names, without the framework's bookkeeping.
  public private(set) var store: ParameterStore
  /// What the values were trained to see.
  public private(set) var input: NetworkInput
  /// Whether batch normalisation is separate; false where it is folded into the convolutions.
  public let isNormalized: Bool
  /// Values in all tensors together.
  public var storedValues: Int { store.names.reduce(0) { $0 + store[$1]!.count } }
  package let parameters: NetworkParameters

  /// Recognises which network `store` holds and checks every tensor.
  ///
  /// The metadata say which (see `Configuration.text`). Without them it is full, lite, or the same residual U-blocks with
  /// other widths.
  /// Names that a framework put before the tensors' ("net.", "_orig_mod.") are left out, and so is what lies beside the network
  /// then. A checkpoint either has batch normalisation in all blocks or, folded into the convolutions, in none. Where all
  /// convolutions before one have no bias, which it makes superfluous, the biases are zero.
  /// - Parameters:
  ///   - store: tensors under a checkpoint's names.
  ///   - kinds: of the blocks that the metadata may name.
  /// - Throws: `WeightFileError` naming the file and the tensor that is missing, unexpected or has another shape, or the block
  ///   that is of none of the kinds.
  public init(_ store: ParameterStore, kinds: BlockKinds = .builtIn) throws(WeightFileError) {
    let store = try store.withAuthorsNames()
    try self.init(checking: store, against: Configuration(recognizing: store, kinds: kinds))
  }

  /// The network `configuration` with the values in `store`, whatever the metadata say.
  /// - Throws: `WeightFileError` naming the file and the tensor that is missing, unexpected or has another shape.
  public init(_ store: ParameterStore, as configuration: Configuration) throws(WeightFileError) {
    try self.init(checking: store.withAuthorsNames(), against: configuration)
  }

  /// A network in a safetensors file; see `init(_:kinds:)`.
  /// - Throws: `WeightFileError` if the file cannot be read or does not hold a U²-Net.
  public init(safetensors path: String, kinds: BlockKinds = .builtIn) throws(WeightFileError) {
    try self.init(Safetensors.read(path: path), kinds: kinds)
  }

  /// The same values, of which another input is known than the structure or the file says.
  public func trained(for input: NetworkInput) -> TrainedNetwork {
    var result = self
    result.input = input
    result.store.metadata[NetworkInput.metadataKey] = input == configuration.input ? nil : input.text
    return result
  }

  private init(checking store: ParameterStore, against configuration: Configuration) throws(WeightFileError) {
    var store = store
    let layers = configuration.layers
    let isNormalized = layers.contains { layer in
      layer.isNormalized && ParameterNames(layer.name).normalizationNames.contains { store[$0] != nil }
    }
    let hasBiases = !isNormalized || layers.contains { $0.isNormalized && store[ParameterNames($0.name).bias] != nil }
    var kept = ParameterStore(source: store.source, metadata: store.metadata)
    var parameters: NetworkParameters = [:]
    var order: [String] = []

    func tensor(_ name: String, _ shape: [Int]) throws(WeightFileError) -> Tensor {
      guard let tensor = store[name] else {
        throw WeightFileError(
          file: store.source, at: .tensor(name), "missing; \(configuration.description) needs it with shape \(shape)")
      }
      guard tensor.shape == shape else {
        throw WeightFileError(file: store.source, at: .tensor(name), "expected shape \(shape), found \(tensor.shape)")
      }
      if kept[name] == nil { order.append(name) }
      kept[name] = tensor
      return tensor
    }

    for layer in layers {
      let names = ParameterNames(layer.name), channels = [layer.output]
      let weight = try tensor(names.weight, layer.weightShape)
      if layer.isNormalized, !hasBiases {
        store[names.bias] = Tensor(shape: channels) { $0.initialize(repeating: 0) }
      }
      let bias = try tensor(names.bias, channels)
      var normalization: ConvolutionParameters.BatchNormalization?
      if isNormalized && layer.isNormalized {
        normalization = .init(
          gamma: try tensor(names.gamma, channels), beta: try tensor(names.beta, channels),
          mean: try tensor(names.mean, channels), variance: try tensor(names.variance, channels))
        if let least = normalization!.variance.values.min(), least < 0 {
          throw WeightFileError(
            file: store.source, at: .tensor(names.variance), "expected variances of at least 0, found \(least)")
        }
      }
      parameters[layer.name] = ConvolutionParameters(weight: weight, bias: bias, normalization: normalization)
    }
    if let broken = kept.firstNotFinite(in: order) {
      throw WeightFileError(file: store.source, at: .tensor(broken), "expected finite values, found NaN or infinity")
    }
    let known = Set(kept.names)
    if let stray = store.names.filter({ !known.contains($0) && !ParameterNames.isIgnored($0) }).min() {
      throw WeightFileError(
        file: store.source, at: .tensor(stray), "unexpected; \(configuration.description) has no such tensor")
    }
    self.configuration = configuration
    input = try NetworkInput(metadataOf: store) ?? configuration.input
    self.isNormalized = isNormalized
    self.parameters = parameters
    self.store = kept
  }

  /// The lite network with the authors' weights, which are part of this library.
  public static let lite: TrainedNetwork = {
    do {
      let bytes = UnsafeRawBufferPointer(start: u2net_lite_weights(), count: u2net_lite_weights_size())
      return try TrainedNetwork(
        Safetensors.read(bytes: bytes, owner: EmbeddedOwner.shared, source: "embedded lite weights"))
    } catch {
      preconditionFailure("\(error)")  // The file is part of the build and read by the tests.
    }
  }()

  /// Names the convolutions of a computation graph, which come in execution order and with batch normalisation
  /// folded in, as a checkpoint names them.
  /// - Parameters:
  ///   - convolutions: name in the graph, weight and bias of each.
  ///   - source: what to call the origin in errors.
  ///   - configuration: whose convolutions they are; widths do not matter.
  /// - Throws: `WeightFileError` when their number is not that of a U²-Net.
  public static func store(
    naming convolutions: [(name: String, weight: Tensor, bias: Tensor)], source: String,
    of configuration: Configuration = .full
  ) throws(WeightFileError) -> ParameterStore {
    let layers = configuration.layers
    guard convolutions.count == layers.count else {
      throw WeightFileError(
        file: source, "not a U²-Net: expected \(layers.count) convolutions, found \(convolutions.count)")
    }
    var store = ParameterStore(source: source)
    for (layer, convolution) in zip(layers, convolutions) {
      let names = ParameterNames(layer.name)
      store[names.weight] = convolution.weight
      store[names.bias] = convolution.bias
    }
    return store
  }
}

extension ParameterStore {
  /// The first of these tensors that has NaN or infinity in it. On several threads: all of the weights pass by.
  fileprivate func firstNotFinite(in names: [String]) -> String? {
    let first = Atomic(names.count)
    concurrently(names.count, atMost: 4) { if !self[names[$0]]!.isFinite { first.min($0, ordering: .relaxed) } }
    let index = first.load(ordering: .relaxed)
    return index < names.count ? names[index] : nil
  }
}

/// Stands for the executable, which keeps the embedded weights in memory.
private final class EmbeddedOwner: Sendable {
  static let shared = EmbeddedOwner()
}

extension Configuration {
  /// "lite U²-Net", "IS-Net"
  package var title: String { name == Self.isnet.name ? "IS-Net" : "\(name) \(stem == nil ? "U²-Net" : "IS-Net")" }

  /// With an article.
  var description: String { "the \(title)" }

  /// The configuration that the metadata describe; without them, the one whose convolutions have the shapes that `store` holds:
  /// that of full or lite if at least half of their layers agree (so that one odd tensor is reported as such), else the widths
  /// are read off the stages' first layers. A stem, and how many classes there are, is seen from its first and last layers; a
  /// network with a stem and without a fusing convolution is an IS-Net.
  init(recognizing store: ParameterStore, kinds: BlockKinds) throws(WeightFileError) {
    if let text = store.metadata[Self.metadataKey] {
      self = try Configuration(text: text, source: store.source, kinds: kinds)
      return
    }
    func outputs(_ stage: String) -> Int? {
      store[ParameterNames(LayerName(stage: stage)).weight]?.shape.first.flatMap { (1...4096).contains($0) ? $0 : nil }
    }
    func agreement(_ configuration: Configuration) -> Int {
      configuration.layers.count { store[ParameterNames($0.name).weight]?.shape == $0.weightShape }
    }
    let stem = outputs("stem"), isFused = stem == nil || outputs("fusion") != nil
    let outer = Configuration(
      name: "custom", encoders: Self.full.encoders, decoders: Self.full.decoders, stem: stem, isFused: isFused,
      classes: outputs("side1") ?? 1)
    let candidates = [Self.full, .lite].map { Configuration.custom(channels: $0.channels, in: outer).named }
    let (best, agreeing) = candidates.map { ($0, agreement($0)) }.max { $0.1 < $1.1 }!
    if agreeing * 2 >= best.layers.count {
      self = best
      return
    }
    var widths: [Widths] = []
    for stage in Configuration.full.stages {
      func shape(_ layer: String) throws(WeightFileError) -> [Int] {
        let name = ParameterNames(LayerName(stage: stage.name, layer: layer)).weight
        guard let shape = store[name]?.shape else {
          throw WeightFileError(
            file: store.source, at: .tensor(name),
            "missing; this does not look like a U²-Net: the keys found are \(listed(store.names))")
        }
        guard shape.count == 4, shape.allSatisfy({ $0 > 0 }) else {
          throw WeightFileError(file: store.source, at: .tensor(name), "expected shape [O, I, 3, 3], found \(shape)")
        }
        return shape
      }
      let first = try shape("in"), second = try shape("1")
      widths.append(Widths(first[1], second[0], first[0]))
    }
    // A network whose stages do not fit each other is caught here, not by a precondition further down.
    self = .custom(widths: widths, in: outer)
    if let misfit = self.misfit {
      throw WeightFileError(
        file: store.source, at: .tensor(ParameterNames(LayerName(stage: misfit.stage, layer: "in")).weight),
        "expected \(misfit.expected) input channels, found \(misfit.found)")
    }
  }
}
