import U2NetCompute

/// RES, the residual block: H(x) = F₂(F₁(x)) + x (Qin et al. 2020, figure 2b, after He et al. 2016).
///
///     x ─┬─ 1 ─ 2 ─ + ─ out        I → M → O
///        └─────────┘
///
/// Our reading: the weight layers are those of all other blocks, with a ReLU each, and as in the residual U-block none
/// follows the sum. Where I ≠ O, which the identity cannot bridge, the shortcut is a 1×1 convolution with batch
/// normalisation (option B of He et al.).
public struct RES: Block {
  public let widths: Widths
  public var kind: String { "RES" }

  /// Channels I, M and O, each at least 1.
  public init(_ input: Int, _ middle: Int, _ output: Int) { widths = Widths(input, middle, output) }

  public func callAsFunction<E: Engine>(_ x: E.FeatureMap, stage: String, on engine: E) -> E.FeatureMap {
    let (I, M, O) = (widths.input, widths.middle, widths.output)
    let layers = StageLayers(stage, engine)
    let projection = Convolution(
      LayerName(stage: stage, layer: "shortcut"), input: I, output: O, kernel: 1, isNormalized: true, hasReLU: false)
    let shortcut = I == O ? x : engine.convolution(x, projection)
    return engine.add(layers("2", layers("1", x, I, M), M, O), shortcut)
  }
}

extension BlockKind {
  /// Blocks of `RES`.
  public static let res = BlockKind("RES") { RES($0.input, $0.middle, $0.output) }
}
