import U2NetCompute

extension SaliencyDetector {
  /// What a detector takes in bytes, to be known before there is one.
  public struct Memory: Equatable, Sendable {
    /// Of the weights, once.
    public let shared: Int
    /// Of maps, for each photo at the same time.
    public let each: Int
  }

  public static func memory(_ network: TrainedNetwork, options: Options = Options()) -> Memory {
    let recorder = GraphRecorder(), size = options.inputSize
    let channels = network.configuration.encoders[0].block.widths.input
    let image = recorder.input(MapShape(channels: channels, height: size, width: size))
    let logits = U2Net(network.configuration)(image, on: recorder)
    let outputs = (options.sideOutputs ? logits.all : [logits.fused]).map(recorder.sigmoid)
    let weights = network.parameters.values.reduce(0) { $0 + $1.weight.count } * MemoryLayout<Float>.size
    // Winograd's transforms make of 3×3 weights up to 8×8: `Inference.Options.transformsWeightsAhead`.
    let transformed = options.isForOnePhoto ? 0 : weights * 54 / 10
    let planes = (channels + outputs.count) * size * size * MemoryLayout<Float>.size
    return Memory(
      shared: weights + transformed, each: Inference.mapBytes(recorder.graph, outputs: outputs) + planes)
  }
}
