import U2NetCompute
import U2NetGradients
import RSU
import U2NetNetwork
import U2NetPlatform

/// One step of training: a network, its values and a batch of one size, planned once and run many times.
///
/// The loss is the sum over all maps of the binary cross-entropy, each the mean over the batch's pixels
/// (Qin et al. 2020, section 3.3, all weights 1).
public final class TrainingStep {
  /// The losses of one batch before the values moved.
  public struct Loss: Sendable {
    /// Of the fused map, then of side1 … side6.
    public let maps: [Double]
    /// Of the prediction.
    public var fused: Double { maps[0] }
    /// The sum of all, whose gradient is followed.
    public var total: Double { maps.reduce(0, +) }

    static func + (a: Loss, b: Loss) -> Loss { Loss(maps: zip(a.maps, b.maps).map(+)) }
    static func / (a: Loss, n: Double) -> Loss { Loss(maps: a.maps.map { $0 / n }) }
  }

  /// The values, and their gradients.
  public let parameters: TrainableParameters
  /// What moves them.
  public let optimizer: Adam
  private let tape: Tape
  private let maps: Int
  private let pool: ThreadPool

  /// Plans a step and takes the memory for it.
  /// - Parameters:
  ///   - configuration: the network.
  ///   - parameters: of `configuration`'s layers.
  ///   - optimizer: of `parameters`.
  ///   - images: how many a batch has.
  ///   - height: of the images in pixels.
  ///   - width: likewise.
  ///   - pool: whose threads work on it.
  public init(
    _ configuration: Configuration, parameters: TrainableParameters, optimizer: Adam, images: Int, height: Int,
    width: Int, pool: ThreadPool
  ) {
    let (graph, logits) = Self.graph(configuration, height: height, width: width)
    self.parameters = parameters
    self.optimizer = optimizer
    self.pool = pool
    maps = logits.count
    tape = Tape(graph, outputs: logits, images: images, parameters: parameters, pool: pool)
  }

  private static func graph(_ configuration: Configuration, height: Int, width: Int) -> (Graph, outputs: [Graph.ID]) {
    let recorder = GraphRecorder()
    let channels = configuration.pictureChannels
    let image = recorder.input(MapShape(channels: channels, height: height, width: width))
    let logits = U2Net(configuration)(image, on: recorder).all
    return (recorder.graph, logits)
  }

  /// Bytes for maps, gradients and scratch, beside the parameters and the optimiser's moments (four times the parameters).
  public var memory: Int { tape.memory }

  /// `memory` of a step, to be known before there is one; it grows with images × height × width.
  /// - Parameters:
  ///   - configuration: the network.
  ///   - images: how many a batch has.
  ///   - height: of the images in pixels.
  ///   - width: likewise.
  ///   - threads: that will work on it.
  public static func memory(
    _ configuration: Configuration, images: Int, height: Int, width: Int, threads: Int
  ) -> Int {
    let (graph, logits) = graph(configuration, height: height, width: width)
    return Tape.memory(
      graph, outputs: logits, images: images, layers: configuration.outline().map(\.layer), threads: threads)
  }

  /// Forward, backward, one step of the optimiser.
  /// - Parameters:
  ///   - images: N×3×H×W, normalised.
  ///   - masks: N×H×W in 0 … 1.
  @discardableResult
  public func run(images: UnsafeBufferPointer<Float>, masks: UnsafeBufferPointer<Float>) -> Loss {
    let loss = computeGradients(images: images, masks: masks)
    optimizer.step(pool: pool)
    return loss
  }

  /// Gives layers whose batch normalisation was folded one that changes nothing on these images, N×3×H×W, and on those of
  /// the passes before; see `Tape.calibrate`.
  public func calibrate(images: UnsafeBufferPointer<Float>, pass: Int) { tape.calibrate(images, pass: pass) }

  /// Forward and backward: leaves the gradients in `parameters` and moves the running statistics.
  public func computeGradients(images: UnsafeBufferPointer<Float>, masks: UnsafeBufferPointer<Float>) -> Loss {
    tape.run(images)
    let loss = Loss(maps: (0..<maps).map { tape.binaryCrossEntropy(output: $0, target: masks) })
    tape.pullBack()
    return loss
  }
}

extension TrainableParameters {
  /// Fresh values for `configuration`.
  public convenience init(_ configuration: Configuration, using generator: inout SplitMix64) {
    self.init(configuration.outline().map(\.layer), using: &generator)
  }
}
