import U2NetCompute

/// The convolutions of a graph in the order it runs them, for graphs whose weights have lost their names.
public struct ConvolutionSequence: Sendable {
  /// A tensor and what the file calls it: "1967", or "side1.weight" where the exporter kept the name.
  public struct Parameter: Sendable {
    /// What the file calls it.
    public let name: String
    /// Its values, as they are in the file.
    public let tensor: Tensor
  }

  /// A convolution of a graph, with what it is computed from.
  public struct Convolution: Sendable {
    /// The node's name, which may be empty.
    public let node: String
    /// `[O, I, kernelHeight, kernelWidth]` for a two-dimensional convolution.
    public let weight: Parameter
    /// `[O]`.
    public let bias: Parameter?
    /// Strides, dilations, pads and groups.
    public let geometry: ConvolutionGeometry
  }

  /// A batch normalisation that is a step of its own.
  package struct Normalization: Sendable {
    package let gamma, beta, mean, variance: Parameter
  }

  /// Where the graph came from: a file's path.
  public let source: String
  /// What lies beside the graph.
  public let metadata: [String: String]
  /// At least one.
  public let convolutions: [Convolution]
  /// In the order the graph runs them; none where they are folded into the convolutions.
  package let normalizations: [Normalization]
  /// What the graph does with its picture; the numbers of convolutions and normalisations are those of the arrays above.
  package let flow: DataFlow
}
