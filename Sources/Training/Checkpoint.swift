import Compute
import Safetensors
import U2Net

/// Everything that training needs to go on, bit for bit: values, running statistics, the optimiser's moments, its settings and
/// how many steps it made.
///
/// The file is an ordinary weight file under the authors' names, so it can be used for inference as it is; the optimiser's
/// tensors lie beside them, as "adam.first." and "adam.second." and the name of the value that they belong to.
public struct Checkpoint {
  public let configuration: Configuration
  public let parameters: TrainableParameters
  public let optimizer: Adam
  /// What the caller wants to find again, such as the state of its generator. Keys that begin with "adam." are this type's.
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

  // MARK: - Writing

  /// Writes the checkpoint to `path`, replacing what is there in one step.
  /// - Throws: if the file cannot be written; then `path` is as it was before.
  public func write(to path: String) throws(WeightFileError) { try Safetensors.write(store(source: path), to: path) }

  /// The checkpoint as tensors.
  public func store(source: String) -> ParameterStore {
    var store = ParameterStore(source: source, metadata: metadata)
    store.metadata[Configuration.metadataKey] = configuration.text
    store.metadata[Self.steps] = "\(optimizer.steps)"
    for (key, setting) in Self.settings { store.metadata[key] = "\(optimizer.options[keyPath: setting])" }
    let values = parameters.networkParameters, moments = optimizer.moments
    for layer in parameters.layers {
      let names = ParameterNames(layer.name)
      for (name, tensor) in Self.trained(names, values[layer.name]!) { store[name] = tensor }
      for (name, tensor) in Self.trained(names, moments.first[layer.name]!) { store[Self.first + name] = tensor }
      for (name, tensor) in Self.trained(names, moments.second[layer.name]!) { store[Self.second + name] = tensor }
      if let normalization = values[layer.name]!.normalization {
        store[names.mean] = normalization.mean
        store[names.variance] = normalization.variance
      }
    }
    return store
  }

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
    let parameters = TrainableParameters(configuration.outline().map(\.layer), network.parameters)
    self.parameters = parameters
    metadata = store.metadata.filter { !$0.key.hasPrefix(ParameterNames.optimizer) }
    guard store.names.contains(where: { $0.hasPrefix(ParameterNames.optimizer) }) else {
      optimizer = Adam(parameters)
      return
    }

    func number<N: LosslessStringConvertible & Comparable>(_ key: String, atLeast least: N) throws(WeightFileError) -> N
    {
      guard let number = store.metadata[key].flatMap(N.init), number >= least else {
        throw WeightFileError(
          file: store.source, "metadata \(key): expected a number, found \(store.metadata[key] ?? "nothing")")
      }
      return number
    }
    var options = Adam.Options()
    for (key, setting) in Self.settings { options[keyPath: setting] = try number(key, atLeast: 0.0) }

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
      parameters, options: options, steps: try number(Self.steps, atLeast: 0),
      moments: (try moments(Self.first), try moments(Self.second)))
  }
}
