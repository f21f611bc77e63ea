import U2NetCompute

/// INC, the inception-like block: convolutions of different dilations side by side (Qin et al. 2020, figure 2d, after Szegedy
/// et al. 2015).
///
///     x ─ in ─┬─ dilation 1 ─┬─ out        I → M; M → M each; concatenated, 4M → O
///             ├─ dilation 2 ─┤
///             ├─ dilation 4 ─┤
///             └─ dilation 8 ─┘
///
/// Our reading: the paper does not give the dilations; here they are those of RSU-4F.
public struct INC: Block {
  public let widths: Widths
  public var kind: String { "INC" }
  static let dilations = [1, 2, 4, 8]

  /// Channels I, M and O, each at least 1.
  public init(_ input: Int, _ middle: Int, _ output: Int) { widths = Widths(input, middle, output) }

  public func callAsFunction<E: Engine>(_ x: E.FeatureMap, stage: String, on engine: E) -> E.FeatureMap {
    let (I, M, O) = (widths.input, widths.middle, widths.output)
    let layers = StageLayers(stage, engine)
    let features = layers("in", x, I, M)
    let branches = Self.dilations.map { layers("\($0)", features, M, M, dilation: $0) }
    return layers("out", engine.concatenate(branches), branches.count * M, O)
  }
}

extension BlockKind {
  /// Blocks of `INC`.
  public static let inc = BlockKind("INC") { INC($0.input, $0.middle, $0.output) }
}
