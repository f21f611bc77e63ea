import Compute

/// The residual U-block RSU-L, L = 4…7 in the paper (Qin et al. 2020, section 3.1):
///
///     x ─ in ─┬─ 1 ──────────────────────────────── 1d ─ + ─ out         H×W
///             │   ╲ pool                        up ╱     │
///             │    2 ────────────────────── 2d ────      │               ½
///             │     ╲ pool              up ╱             │
///             │      …                   …               │               …
///             │       ╲                 ╱                │
///             │        L−1 ─────── (L−1)d                │               1/2^(L−2)
///             │           ╲        ╱                     │
///             │            ─── L ──    (dilation 2)      │
///             └──────────────────────────────────────────┘
///
/// `in` turns I channels into O local features F(x); a small U-Net of M channels extracts multi-scale
/// features from them; the block's output is their sum: U(F(x)) + F(x).
public struct RSU: Block {
  /// Number of levels, L ≥ 3.
  public let height: Int
  public let widths: Widths
  public var kind: String { "RSU-\(height)" }

  public init(_ height: Int, _ input: Int, _ middle: Int, _ output: Int) {
    precondition(height >= 3, "an RSU needs at least 3 levels, not \(height)")
    self.height = height
    self.widths = Widths(input, middle, output)
  }

  public func callAsFunction<E: Engine>(_ x: E.FeatureMap, stage: String, on engine: E) -> E.FeatureMap {
    let (I, M, O) = (widths.input, widths.middle, widths.output)
    func layer(_ x: E.FeatureMap, _ name: String, _ i: Int, _ o: Int, dilation: Int = 1) -> E.FeatureMap {
      ConvBNReLU(i, o, dilation: dilation)(x, LayerName(stage: stage, layer: name), on: engine)
    }

    let features = layer(x, "in", I, O)

    // Down: levels 1 … L−1, a pool between neighbours. The last one, L, stays at the size of L−1 and is dilated.
    var levels = [layer(features, "1", O, M)]
    for k in 2..<height { levels.append(layer(engine.maxPool(levels[k - 2]), "\(k)", M, M)) }
    var decoded = layer(levels[height - 2], "\(height)", M, M, dilation: 2)

    // Up: each level joins what comes from below with its own map.
    for k in (1..<height).reversed() {
      let skip = levels[k - 1]
      let below = k == height - 1 ? decoded : engine.upsample(decoded, like: skip)
      decoded = layer(engine.concatenate([below, skip]), "\(k)d", 2 * M, k == 1 ? O : M)
    }
    return engine.add(decoded, features)
  }
}
