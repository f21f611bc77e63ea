import U2NetCompute

/// RSU-4F, the residual U-block without pooling: dilations 1, 2, 4, 8 widen the view at one resolution, because
/// the maps of the deepest stages are too small to shrink further (Qin et al. 2020, section 3.2).
///
///     x ─ in ─┬─ 1 ──────────────────── 1d ─ + ─ out    dilation 1
///             │   ╲── 2 ─────────── 2d ──╱   │          dilation 2
///             │        ╲── 3 ── 3d ──╱       │          dilation 4
///             │             ╲ 4 ╱            │          dilation 8
///             └──────────────────────────────┘
///
/// Without the sum it is the paper's NIV-4F.
public struct RSU4F: Block {
  public let widths: Widths
  /// False for NIV-4F.
  public let isResidual: Bool
  public var kind: String { "\(isResidual ? "RSU" : "NIV")-4F" }

  /// Channels I, M and O, each at least 1.
  public init(_ input: Int, _ middle: Int, _ output: Int, isResidual: Bool = true) {
    self.isResidual = isResidual
    widths = Widths(input, middle, output)
  }

  public func callAsFunction<E: Engine>(_ x: E.FeatureMap, stage: String, on engine: E) -> E.FeatureMap {
    let (I, M, O) = (widths.input, widths.middle, widths.output)
    let layers = StageLayers(stage, engine)
    let features = layers("in", x, I, O)
    let level1 = layers("1", features, O, M)
    let level2 = layers("2", level1, M, M, dilation: 2)
    let level3 = layers("3", level2, M, M, dilation: 4)
    let bottom = layers("4", level3, M, M, dilation: 8)

    let decoded3 = layers("3d", engine.concatenate([bottom, level3]), 2 * M, M, dilation: 4)
    let decoded2 = layers("2d", engine.concatenate([decoded3, level2]), 2 * M, M, dilation: 2)
    let decoded1 = layers("1d", engine.concatenate([decoded2, level1]), 2 * M, O)
    return isResidual ? engine.add(decoded1, features) : decoded1
  }
}
