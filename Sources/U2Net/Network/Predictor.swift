import U2NetCompute

/// A trained network made ready for one input size. One caller at a time.
public final class Predictor {
  /// Which of the maps to compute.
  public enum Maps: Sendable {
    /// The prediction alone.
    case prediction
    /// The prediction, then side1 … side6.
    case all
  }

  /// Of the input and of its maps, in pixels.
  public let height: Int
  /// Of the input and of its maps, in pixels.
  public let width: Int
  private let inference: Inference

  /// Plans the network for one size of input and takes the memory for it.
  /// - Parameters:
  ///   - network: what computes.
  ///   - height: of the input in pixels, ≥ 32.
  ///   - width: likewise.
  ///   - maps: which of the maps can be read after a run.
  ///   - threads: how many work on one pass.
  ///   - options: how the layers are computed.
  public init(
    _ network: PreparedNetwork, height: Int, width: Int, maps: Maps = .prediction, threads: Int,
    options: Inference.Options = Inference.Options()
  ) {
    precondition(min(height, width) >= 32, "the network needs at least 32×32 pixels, not \(height)×\(width)")
    self.height = height
    self.width = width
    let (graph, outputs) = Self.graph(network.configuration, height: height, width: width, maps: maps)
    inference = Inference(
      graph, outputs: outputs, parameters: network.parameters, pool: .shared(threads: threads), options: options)
  }

  private static func graph(
    _ configuration: Configuration, height: Int, width: Int, maps: Maps
  ) -> (graph: Graph, outputs: [Graph.ID]) {
    let recorder = GraphRecorder()
    let image = recorder.input(MapShape(channels: configuration.pictureChannels, height: height, width: width))
    let logits = U2Net(configuration)(image, on: recorder)
    let asked = [logits.prediction] + (maps == .all ? logits.sides : [])
    // Classes compete with each other: their logits are what counts.
    let outputs = configuration.classes == 1 ? asked.map(recorder.sigmoid) : asked
    return (recorder.graph, outputs)
  }

  /// What a predictor takes.
  public var memory: Inference.Memory { inference.memory }

  /// What a predictor will take, to be known before there is one; parameters as for `init`.
  public static func memory(
    _ configuration: Configuration, height: Int, width: Int, maps: Maps = .prediction, threads: Int,
    options: Inference.Options = Inference.Options()
  ) -> Inference.Memory {
    let (graph, outputs) = graph(configuration, height: height, width: width, maps: maps)
    return Inference.memory(graph, outputs: outputs, threads: threads, options: options)
  }

  /// One more of the same kind, for another caller at the same time: it shares the transformed weights.
  public init(sharing other: Predictor) {
    height = other.height
    width = other.width
    inference = Inference(sharing: other.inference)
  }

  /// Computes the maps of an input: planes R, G, B of height × width floats, normalised.
  public func run(_ planes: UnsafeBufferPointer<Float>) { inference.run(planes) }

  /// `run`, with the time of every operator.
  public func profile(_ planes: UnsafeBufferPointer<Float>) -> [Inference.Timing] { inference.profile(planes) }

  /// Map `index` (0 the prediction, k side k) of the last run: height × width probabilities; of several classes, planes of
  /// logits.
  public func map(_ index: Int = 0) -> [Float] { inference.output(index) }
}

/// A trained network with batch normalisation folded away: what any number of predictors share.
public struct PreparedNetwork: Sendable {
  /// The network that the values are of.
  public let configuration: Configuration
  package let parameters: NetworkParameters

  /// Folds the network's batch normalisation into its weights.
  public init(_ network: TrainedNetwork) {
    configuration = network.configuration
    parameters = network.parameters.mapValues(\.folded)
  }
}
