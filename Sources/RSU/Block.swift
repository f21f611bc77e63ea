import U2NetCompute

/// One stage of a nested network: maps `input` channels to `output` channels at the same H×W.
///
/// U²-Net takes any block; an ablation is another block in the same outer network. Legend of this module:
/// I, M, O input, middle and output channels; H rows, W columns.
public protocol Block: Sendable {
  /// The name the paper uses, "RSU-7".
  var kind: String { get }
  /// Channels of the input (I), inside the block (M) and of the output (O).
  var widths: Widths { get }

  /// I×H×W → O×H×W. `stage` names the layers' parameters ("En_1").
  func callAsFunction<E: Engine>(_ x: E.FeatureMap, stage: String, on engine: E) -> E.FeatureMap
}

/// Channels of a block.
public struct Widths: Hashable, Sendable {
  public let input, middle, output: Int

  public init(_ input: Int, _ middle: Int, _ output: Int) {
    precondition(min(input, middle, output) > 0, "widths \(input), \(middle), \(output) must be positive")
    self.input = input
    self.middle = middle
    self.output = output
  }
}
