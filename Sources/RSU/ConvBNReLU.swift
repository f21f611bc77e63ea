import Compute

/// 3×3 convolution with padding equal to its dilation, batch normalisation, ReLU: I×H×W → O×H×W.
///
/// The weight layer of every residual U-block.
public struct ConvBNReLU: Sendable {
  public let input, output, dilation: Int

  public init(_ input: Int, _ output: Int, dilation: Int = 1) {
    self.input = input
    self.output = output
    self.dilation = dilation
  }

  public func callAsFunction<E: Engine>(_ x: E.FeatureMap, _ name: LayerName, on engine: E) -> E.FeatureMap {
    engine.convolution(
      x,
      Convolution(name, input: input, output: output, dilation: dilation, isNormalized: true, hasReLU: true))
  }
}
