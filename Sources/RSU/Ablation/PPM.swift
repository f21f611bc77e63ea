import U2NetCompute

/// PPM, the pyramid pooling block: the means of ever smaller cells beside the features themselves (ablation of Qin et al.
/// 2020, after Zhao et al. 2017, "Pyramid Scene Parsing Network").
///
///     x ─ in ─┬─────────────────────────────┬─ out        I → M; concatenated, 5M → O
///             ├─ pool to 1×1 ─ 1×1 conv ─ up ┤
///             ├─ pool to 2×2 ─ 1×1 conv ─ up ┤             M → M each
///             ├─ pool to 3×3 ─ 1×1 conv ─ up ┤
///             └─ pool to 6×6 ─ 1×1 conv ─ up ┘
///
/// Our reading: cells and 1×1 convolutions are those of Zhao et al., the widths those of the other blocks. The pooled
/// branches have a bias and a ReLU, but no batch normalisation: 1×1 cells of a small batch have no useful variance.
public struct PPM: Block {
  public let widths: Widths
  public var kind: String { "PPM" }
  static let cells = [1, 2, 3, 6]

  /// Channels I, M and O, each at least 1.
  public init(_ input: Int, _ middle: Int, _ output: Int) { widths = Widths(input, middle, output) }

  public func callAsFunction<E: Engine>(_ x: E.FeatureMap, stage: String, on engine: E) -> E.FeatureMap {
    let (I, M, O) = (widths.input, widths.middle, widths.output)
    let layers = StageLayers(stage, engine)
    let features = layers("in", x, I, M)
    let branches = Self.cells.map { g in
      let layer = Convolution(
        LayerName(stage: stage, layer: "pool\(g)"), input: M, output: M, kernel: 1, isNormalized: false, hasReLU: true)
      return engine.upsample(engine.convolution(engine.averagePool(features, cells: g), layer), like: features)
    }
    let maps = [features] + branches
    return layers("out", engine.concatenate(maps), maps.count * M, O)
  }
}

extension BlockKind {
  /// Blocks of `PPM`.
  public static let ppm = BlockKind("PPM") { PPM($0.input, $0.middle, $0.output) }
}
