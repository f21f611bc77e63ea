import U2NetCompute

/// One stage of a nested network: maps `input` channels to `output` channels at the same H×W.
///
/// U²-Net takes any block; an ablation is another block in the same outer network. What is written over the verbs of `Engine`
/// can be trained, run and described; a `BlockKind` lets files name it. Legend of this module: I, M, O input, middle and output
/// channels; H rows, W columns.
public protocol Block: Sendable {
  /// What it is called, in weight files, too: the name of its `BlockKind`, "PLN", and where the kind has several forms the
  /// form after a hyphen, "RSU-7".
  var kind: String { get }
  /// Channels of the input (I), inside the block (M) and of the output (O).
  var widths: Widths { get }

  /// I×H×W → O×H×W. `stage` names the layers' parameters ("En_1"); each layer of a block has a name of its own.
  func callAsFunction<E: Engine>(_ x: E.FeatureMap, stage: String, on engine: E) -> E.FeatureMap
}

/// Channels of a block.
public struct Widths: Hashable, Sendable, CustomStringConvertible {
  /// I, M and O, each at least 1.
  public let input, middle, output: Int

  /// Channels in, inside and out.
  /// - Precondition: none is below 1.
  public init(_ input: Int, _ middle: Int, _ output: Int) {
    precondition(min(input, middle, output) > 0, "widths \(input), \(middle), \(output) must be positive")
    self.input = input
    self.middle = middle
    self.output = output
  }

  public var description: String { "\(input)→\(middle)→\(output)" }
}
