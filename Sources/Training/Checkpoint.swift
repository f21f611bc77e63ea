import Compute
package import Files
import Safetensors
import U2Net

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Everything that training needs to go on, bit for bit: values, running statistics, the optimiser's moments, its settings and
/// how many steps it made, the recipe, and the running mean of the values if there is one.
///
/// The file is an ordinary weight file under the authors' names, so it can be used for inference as it is; the optimiser's
/// tensors lie beside them, as "adam.first." and "adam.second." and the name of the value that they belong to. Where a running
/// mean is kept, the weights under the authors' names are the mean, and those to train on lie beside them as "live.".
public struct Checkpoint {
  /// What a training was told, and what it found out, beside values.
  public struct Progress: Codable, Equatable, Sendable {
    public let recipe: Recipe
    /// The data set's fingerprint.
    public let dataset: String
    public internal(set) var best: Best?
    /// The last step after which the network was validated.
    public internal(set) var validatedStep: Int?
  }

  /// The step whose network scored best so far.
  public struct Best: Codable, Equatable, Sendable {
    public let step: Int
    public let score: Double
    /// What was measured, as `Measure` calls it, and on which data set, by its fingerprint.
    public let measure, dataset: String
  }

  public let configuration: Configuration
  public let parameters: TrainableParameters
  public let optimizer: Adam
  public internal(set) var average: ParameterAverage?
  /// nil for weights that no training has made a step with.
  public internal(set) var progress: Progress?
  /// What the caller wants to find again. Keys that begin with "adam." and the keys "training" and
  /// "u2net.stages" are this type's.
  public var metadata: [String: String]

  public init(
    _ configuration: Configuration, _ parameters: TrainableParameters, _ optimizer: Adam,
    metadata: [String: String] = [:]
  ) {
    self.configuration = configuration
    self.parameters = parameters
    self.optimizer = optimizer
    self.metadata = metadata
  }

  /// A training's beginning: fresh values, or those of `network`.
  public init(_ configuration: Configuration, seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let parameters = TrainableParameters(configuration, using: &generator)
    self.init(configuration, parameters, Adam(parameters))
  }

  public init(_ network: TrainedNetwork) {
    let parameters = TrainableParameters(network.configuration.outline().map(\.layer), network.parameters)
    self.init(network.configuration, parameters, Adam(parameters))
  }

  // MARK: - Writing

  /// Writes the checkpoint to `path`, replacing what is there in one step.
  /// - Throws: if the file cannot be written; then `path` is as it was before.
  public func write(to path: String) throws(WeightFileError) { try Safetensors.write(store(source: path), to: path) }

  /// As `init(path:)` of a `String`, for names that need not be UTF-8.
  package init(_ path: FilePath) throws(WeightFileError) { try self.init(Safetensors.read(path)) }

  /// What to predict with, under the authors' names: the running mean of the values if there is one, else the values.
  public func weights(source: String) -> ParameterStore {
    var store = ParameterStore(source: source, metadata: metadata)
    store.metadata[Configuration.metadataKey] = configuration.text
    put(average?.networkParameters ?? parameters.networkParameters, into: &store, prefix: "")
    return store
  }

  /// The checkpoint as tensors.
  public func store(source: String) -> ParameterStore {
    var store = weights(source: source)
    if average != nil { put(parameters.networkParameters, into: &store, prefix: ParameterNames.live) }
    let moments = optimizer.moments
    for layer in parameters.layers {
      let names = ParameterNames(layer.name)
      for (name, tensor) in Self.trained(names, moments.first[layer.name]!) { store[Self.first + name] = tensor }
      for (name, tensor) in Self.trained(names, moments.second[layer.name]!) { store[Self.second + name] = tensor }
    }
    store.metadata[Self.steps] = "\(optimizer.steps)"
    for (key, setting) in Self.settings { store.metadata[key] = "\(optimizer.options[keyPath: setting])" }
    if let progress {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      // Numbers are finite and strings are UTF-8: nothing that could not be encoded.
      store.metadata[Self.training] = String(decoding: try! encoder.encode(progress), as: UTF8.self)
    }
    return store
  }

  private func put(_ values: NetworkParameters, into store: inout ParameterStore, prefix: String) {
    for layer in parameters.layers {
      let names = ParameterNames(layer.name), its = values[layer.name]!
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

  // MARK: - Reading

  /// - Throws: `WeightFileError` naming the file and what is missing in it or does not fit.
  public init(path: String) throws(WeightFileError) { try self.init(Safetensors.read(path: path)) }

  /// A checkpoint from its tensors. A weight file without an optimiser's tensors gives one that has made no step.
  public init(_ store: ParameterStore) throws(WeightFileError) {
    let network = try TrainedNetwork(store)
    configuration = network.configuration
    let layers = configuration.outline().map(\.layer)
    metadata = store.metadata.filter { !$0.key.hasPrefix(ParameterNames.optimizer) && $0.key != Self.training }
    progress = try store.metadata[Self.training].map { json throws(WeightFileError) in
      guard let progress = try? JSONDecoder().decode(Progress.self, from: Data(json.utf8)),
        progress.recipe.isPossible
      else {
        throw WeightFileError(
          file: store.source, "metadata \(Self.training): not a training's progress: \(printable(json))")
      }
      return progress
    }
    if store.names.contains(where: { $0.hasPrefix(ParameterNames.live) }) {
      guard let decay = progress?.recipe.averageDecay else {
        throw WeightFileError(file: store.source, "metadata \(Self.training): no decay for the mean of the values")
      }
      var live = ParameterStore(source: store.source, metadata: store.metadata)
      for name in store.names where name.hasPrefix(ParameterNames.live) {
        live[String(name.dropFirst(ParameterNames.live.count))] = store[name]
      }
      parameters = TrainableParameters(layers, try TrainedNetwork(live).parameters)
      average = ParameterAverage(of: parameters, decay: decay, at: network.parameters)
    } else {
      parameters = TrainableParameters(layers, network.parameters)
    }
    let parameters = parameters
    guard store.names.contains(where: { $0.hasPrefix(ParameterNames.optimizer) }) else {
      optimizer = Adam(parameters)
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
      var result = parameters.networkParameters
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
    optimizer = Adam(
      parameters, options: options, steps: try number(Self.steps, in: 0...1 << 53),
      moments: (try moments(Self.first), try moments(Self.second)))
  }
}
