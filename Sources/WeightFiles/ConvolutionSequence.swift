import U2NetCompute

/// The convolutions of a graph in the order it runs them, for graphs whose weights have lost their names.
public struct ConvolutionSequence: Sendable {
  /// A tensor and what the file calls it: "1967", or "side1.weight" where the exporter kept the name.
  public struct Parameter: Sendable {
    public let name: String
    public let tensor: Tensor
  }

  public struct Convolution: Sendable {
    /// The node's name, which may be empty.
    public let node: String
    /// `[O, I, kernelHeight, kernelWidth]` for a two-dimensional convolution.
    public let weight: Parameter
    /// `[O]`.
    public let bias: Parameter?
    public let geometry: ConvolutionGeometry
  }

  /// Where the graph came from: a file's path.
  public let source: String
  /// At least one.
  public let convolutions: [Convolution]
}
