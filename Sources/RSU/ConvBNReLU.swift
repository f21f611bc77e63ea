import U2NetCompute

/// 3×3 convolution with padding equal to its dilation, batch normalisation, ReLU: I×H×W → O×H×W.
///
/// The weight layer of every residual U-block.
public struct ConvBNReLU: Sendable {
  /// Channels in and out, and the distance between taps in pixels.
  public let input, output, dilation: Int

  /// A layer from `input` to `output` channels.
  public init(_ input: Int, _ output: Int, dilation: Int = 1) {
    self.input = input
    self.output = output
    self.dilation = dilation
  }

  /// I×H×W → O×H×W, with the parameters of layer `name`.
  public func callAsFunction<E: Engine>(_ x: E.FeatureMap, _ name: LayerName, on engine: E) -> E.FeatureMap {
    engine.convolution(
      x,
      Convolution(name, input: input, output: output, dilation: dilation, isNormalized: true, hasReLU: true))
  }
}

/// Makes the weight layers of one stage: `layers("in", x, I, O)` instead of all that `ConvBNReLU` asks for.
public struct StageLayers<E: Engine> {
  private let stage: String
  private let engine: E

  /// The layers of `stage`, interpreted by `engine`.
  public init(_ stage: String, _ engine: E) {
    self.stage = stage
    self.engine = engine
  }

  /// Layer `name`, from `i` to `o` channels: i×H×W → o×H×W.
  public func callAsFunction(_ name: String, _ x: E.FeatureMap, _ i: Int, _ o: Int, dilation: Int = 1) -> E.FeatureMap {
    ConvBNReLU(i, o, dilation: dilation)(x, LayerName(stage: stage, layer: name), on: engine)
  }
}
