import Compute

/// RSU-4F, the residual U-block without pooling: dilations 1, 2, 4, 8 widen the view at one resolution, because
/// the maps of the deepest stages are too small to shrink further (Qin et al. 2020, section 3.2).
///
///     x ─ in ─┬─ 1 ──────────────────── 1d ─ + ─ out    dilation 1
///             │   ╲── 2 ─────────── 2d ──╱   │          dilation 2
///             │        ╲── 3 ── 3d ──╱       │          dilation 4
///             │             ╲ 4 ╱            │          dilation 8
///             └──────────────────────────────┘
public struct RSU4F: Block {
  public let widths: Widths
  public var kind: String { "RSU-4F" }

  public init(_ input: Int, _ middle: Int, _ output: Int) { widths = Widths(input, middle, output) }

  public func callAsFunction<E: Engine>(_ x: E.FeatureMap, stage: String, on engine: E) -> E.FeatureMap {
    let (I, M, O) = (widths.input, widths.middle, widths.output)
    func layer(_ x: E.FeatureMap, _ name: String, _ i: Int, _ o: Int, dilation: Int) -> E.FeatureMap {
      ConvBNReLU(i, o, dilation: dilation)(x, LayerName(stage: stage, layer: name), on: engine)
    }

    let features = layer(x, "in", I, O, dilation: 1)
    let level1 = layer(features, "1", O, M, dilation: 1)
    let level2 = layer(level1, "2", M, M, dilation: 2)
    let level3 = layer(level2, "3", M, M, dilation: 4)
    let bottom = layer(level3, "4", M, M, dilation: 8)

    let decoded3 = layer(engine.concatenate([bottom, level3]), "3d", 2 * M, M, dilation: 4)
    let decoded2 = layer(engine.concatenate([decoded3, level2]), "2d", 2 * M, M, dilation: 2)
    let decoded1 = layer(engine.concatenate([decoded2, level1]), "1d", 2 * M, O, dilation: 1)
    return engine.add(decoded1, features)
  }
}
