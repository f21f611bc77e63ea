import U2NetCompute
package import U2NetFiles
import U2NetGradients
import U2NetPlatform
import RSU
import U2NetSafetensors
import U2NetNetwork

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Everything that training needs to go on, bit for bit: values, running statistics, the optimiser's moments, its settings and
/// how many steps it made, the recipe, and the running mean of the values if there is one.
///
/// It is a value: no training changes a checkpoint that it began with or that was taken of it.
///
/// The file is an ordinary weight file under the authors' names, so it can be used for inference as it is; the optimiser's
/// tensors lie beside them, as "adam.first." and "adam.second." and the name of the value that they belong to. Where a running
/// mean is kept, the weights under the authors' names are the mean, and those to train on lie beside them as "live.".
public struct Checkpoint: Sendable {
  /// What a training was told, and what it found out, beside values.
  public struct Progress: Codable, Equatable, Sendable {
    /// What it was trained by.
    public let recipe: Recipe
    /// The data set's fingerprint.
    public let dataset: String
    /// Nil as long as no validation has been made.
    public internal(set) var best: Best?
    /// The last step after which the network was validated.
    public internal(set) var validatedStep: Int?
  }

  /// The step whose network scored best so far.
  public struct Best: Codable, Equatable, Sendable {
    /// From 1.
    public let step: Int
    /// Of `measure`.
    public let score: Double
    /// What was measured, as `Measure` calls it, and on which data set, by its fingerprint.
    public let measure, dataset: String
  }

  /// The running mean of the values, see `ParameterAverage`.
  public struct Average: Sendable {
    /// The most that it decays by in a step, 0 … 1.
    public let decay: Double
    /// The means, in place of the values.
    public let parameters: NetworkParameters
  }

  /// The network that the values are of.
  public let configuration: Configuration
  /// The values to train on. Where batch normalisation is folded into a layer it has none.
  public let parameters: NetworkParameters
  /// Where the optimiser stands.
  public let optimizer: Adam.State
  /// Nil where the recipe asks for none.
  public let average: Average?
  /// nil for weights that no training has made a step with.
  public internal(set) var progress: Progress?
  /// What the caller wants to find again. Keys that begin with "adam." and the keys "training" and
  /// "u2net.stages" are this type's.
  public var metadata: [String: String]

  /// A copy of a training as it stands.
  public init(
    _ configuration: Configuration, _ parameters: TrainableParameters, _ optimizer: Adam,
    metadata: [String: String] = [:]
  ) {
    self.init(configuration, parameters, optimizer.state, metadata: metadata)
  }

  init(
    _ configuration: Configuration, _ parameters: TrainableParameters, _ optimizer: Adam.State,
    average: ParameterAverage? = nil, progress: Progress? = nil, metadata: [String: String]
  ) {
    self.configuration = configuration
    self.parameters = parameters.networkParameters
    self.optimizer = optimizer
    self.average = average.map { Average(decay: $0.decay, parameters: $0.networkParameters) }
    self.progress = progress
    self.metadata = metadata
  }

  /// A training's beginning: fresh values, or those of `network`.
  public init(_ configuration: Configuration, seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    self.init(
      configuration, TrainableParameters(configuration, using: &generator), Adam.State(), metadata: [:])
  }

  /// To begin a training with a network's values.
  public init(_ network: TrainedNetwork) {
    configuration = network.configuration
    parameters = network.parameters
    optimizer = Adam.State()
    average = nil
    metadata = [:]
  }

  // MARK: - Writing

  /// Writes the checkpoint to `path`, replacing what is there in one step.
  /// - Throws: if the file cannot be written; then `path` is as it was before.
  public func write(to path: String) throws(WeightFileError) { try Safetensors.write(store(source: path), to: path) }

  /// What to predict with, under the authors' names: the running mean of the values if there is one, else the values.
  public func weights(source: String) -> ParameterStore {
    var store = ParameterStore(source: source, metadata: metadata)
    store.metadata[Configuration.metadataKey] = configuration.text
    put(average?.parameters ?? parameters, into: &store, prefix: "")
    return store
  }

  /// The checkpoint as tensors.
  public func store(source: String) -> ParameterStore {
    var store = weights(source: source)
    if average != nil { put(parameters, into: &store, prefix: ParameterNames.live) }
    let moments = optimizer.moments
    for (layer, values) in parameters {
      let names = ParameterNames(layer)
      for (prefix, moment) in [(Self.first, moments?.first[layer]), (Self.second, moments?.second[layer])] {
        for (name, tensor) in Self.trained(names, moment ?? values) {
          store[prefix + name] = moment == nil ? Self.zeros(like: tensor) : tensor
        }
      }
    }
    store.metadata[Self.steps] = "\(optimizer.steps)"
    for (key, setting) in Self.settings { store.metadata[key] = "\(optimizer.options[keyPath: setting])" }
    if let progress {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      // Numbers are finite and strings are UTF-8: nothing that could not be encoded.
      store.metadata[Self.training] = String(decoding: try! encoder.encode(Versioned(progress)), as: UTF8.self)
    }
    return store
  }

  private func put(_ values: NetworkParameters, into store: inout ParameterStore, prefix: String) {
    for (layer, its) in values {
      let names = ParameterNames(layer)
      for (name, tensor) in Self.trained(names, its) { store[prefix + name] = tensor }
      if let normalization = its.normalization {
        store[prefix + names.mean] = normalization.mean
        store[prefix + names.variance] = normalization.variance
      }
    }
  }

  private static let training = "training"
  private static let first = ParameterNames.optimizer + "first."
  private static let second = ParameterNames.optimizer + "second."
  private static let steps = ParameterNames.optimizer + "steps"
  private static var settings: [(String, WritableKeyPath<Adam.Options, Double>)] {
    [
      (ParameterNames.optimizer + "learningRate", \.learningRate), (ParameterNames.optimizer + "beta1", \.beta1),
      (ParameterNames.optimizer + "beta2", \.beta2), (ParameterNames.optimizer + "epsilon", \.epsilon),
    ]
  }

  /// The tensors that the optimiser changes, by name.
  private static func trained(_ names: ParameterNames, _ layer: ConvolutionParameters) -> [(String, Tensor)] {
    [(names.weight, layer.weight), (names.bias, layer.bias)]
      + (layer.normalization.map { [(names.gamma, $0.gamma), (names.beta, $0.beta)] } ?? [])
  }

  private static func zeros(like tensor: Tensor) -> Tensor {
    Tensor(shape: tensor.shape) { $0.initialize(repeating: 0) }
  }

  // MARK: - Reading

  /// Reads a checkpoint, or any weight file in safetensors.
  /// - Parameters:
  ///   - path: of the file.
  ///   - kinds: of the blocks that the file may name.
  /// - Throws: `WeightFileError` naming the file and what is missing in it or does not fit.
  public init(path: String, kinds: BlockKinds = .builtIn) throws(WeightFileError) {
    try self.init(Safetensors.read(path: path), kinds: kinds)
  }

  /// As `init(path:kinds:)` of a `String`, for names that need not be UTF-8.
  package init(_ path: FilePath) throws(WeightFileError) { try self.init(Safetensors.read(path)) }

  /// A checkpoint from its tensors. A weight file without an optimiser's tensors gives one that has made no step.
  /// - Parameters:
  ///   - store: as `store(source:)` makes it.
  ///   - kinds: of the blocks that it may name.
  /// - Throws: `WeightFileError` naming what is missing or does not fit.
  public init(_ store: ParameterStore, kinds: BlockKinds = .builtIn) throws(WeightFileError) {
    // First of all: a newer version may have other tensors, too.
    progress = try store.metadata[Self.training].map { json throws(WeightFileError) in
      func problem(_ text: String) -> WeightFileError {
        WeightFileError(file: store.source, "metadata \(Self.training): \(text)")
      }
      do {
        let progress = try JSONDecoder().decode(Versioned<Progress>.self, from: Data(json.utf8)).value
        // A file may say anything.
        try progress.recipe.validate()
        return progress
      } catch let error as NewerVersion { throw problem("\(error)") } catch {}
      throw problem("not a training's progress: \(printable(json))")
    }
    let network = try TrainedNetwork(store, kinds: kinds)
    configuration = network.configuration
    metadata = store.metadata.filter { !$0.key.hasPrefix(ParameterNames.optimizer) && $0.key != Self.training }
    if store.names.contains(where: { $0.hasPrefix(ParameterNames.live) }) {
      guard let decay = progress?.recipe.averageDecay else {
        throw WeightFileError(file: store.source, "metadata \(Self.training): no decay for the mean of the values")
      }
      var live = ParameterStore(source: store.source, metadata: store.metadata)
      for name in store.names where name.hasPrefix(ParameterNames.live) {
        live[String(name.dropFirst(ParameterNames.live.count))] = store[name]
      }
      parameters = try TrainedNetwork(live, as: configuration).parameters
      average = Average(decay: decay, parameters: network.parameters)
    } else {
      parameters = network.parameters
      average = nil
    }
    let parameters = parameters
    guard store.names.contains(where: { $0.hasPrefix(ParameterNames.optimizer) }) else {
      optimizer = Adam.State()
      return
    }

    func number<N: LosslessStringConvertible & Comparable>(
      _ key: String, in range: ClosedRange<N>
    ) throws(WeightFileError) -> N {
      guard let number = store.metadata[key].flatMap(N.init), range.contains(number) else {
        throw WeightFileError(
          file: store.source, "metadata \(key): expected a number, found \(printable(store.metadata[key] ?? "nothing"))"
        )
      }
      return number
    }
    var options = Adam.Options()
    for (key, setting) in Self.settings {
      options[keyPath: setting] = try number(key, in: 0.0...Double.greatestFiniteMagnitude)
    }

    func moments(_ prefix: String) throws(WeightFileError) -> NetworkParameters {
      func tensor(_ name: String, like value: Tensor) throws(WeightFileError) -> Tensor {
        guard let tensor = store[prefix + name], tensor.shape == value.shape else {
          throw WeightFileError(
            file: store.source, at: .tensor(prefix + name),
            "expected shape \(value.shape), found \(store[prefix + name].map { "\($0.shape)" } ?? "nothing")")
        }
        guard tensor.isFinite else {
          throw WeightFileError(
            file: store.source, at: .tensor(prefix + name), "expected finite values, found NaN or infinity")
        }
        return tensor
      }
      var result = parameters
      for (name, layer) in result {
        let names = ParameterNames(name)
        var normalization = layer.normalization
        if let old = normalization {
          normalization = .init(
            gamma: try tensor(names.gamma, like: old.gamma), beta: try tensor(names.beta, like: old.beta),
            mean: old.mean, variance: old.variance)
        }
        result[name] = ConvolutionParameters(
          weight: try tensor(names.weight, like: layer.weight), bias: try tensor(names.bias, like: layer.bias),
          normalization: normalization)
      }
      return result
    }
    optimizer = Adam.State(
      options: options, steps: try number(Self.steps, in: 0...1 << 53),
      moments: (try moments(Self.first), try moments(Self.second)))
  }
}
