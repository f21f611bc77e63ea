import U2NetCompute

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
/// features from them; the block's output is their sum: U(F(x)) + F(x). Without the sum it is the paper's NIV-L: U(F(x)).
public struct RSU: Block {
  /// Number of levels, L ≥ 3.
  public let height: Int
  public let widths: Widths
  /// False for NIV-L.
  public let isResidual: Bool
  public var kind: String { "\(isResidual ? "RSU" : "NIV")-\(height)" }

  /// RSU-`height` with channels I, M and O.
  /// - Precondition: `height` ≥ 3, channels ≥ 1.
  public init(_ height: Int, _ input: Int, _ middle: Int, _ output: Int, isResidual: Bool = true) {
    precondition(height >= 3, "an RSU needs at least 3 levels, not \(height)")
    self.height = height
    self.isResidual = isResidual
    widths = Widths(input, middle, output)
  }

  public func callAsFunction<E: Engine>(_ x: E.FeatureMap, stage: String, on engine: E) -> E.FeatureMap {
    let (I, M, O) = (widths.input, widths.middle, widths.output)
    let layers = StageLayers(stage, engine)
    let features = layers("in", x, I, O)

    // Down: levels 1 … L−1, a pool between neighbours. The last one, L, stays at the size of L−1 and is dilated.
    var levels = [layers("1", features, O, M)]
    for k in 2..<height { levels.append(layers("\(k)", engine.maxPool(levels[k - 2]), M, M)) }
    var decoded = layers("\(height)", levels[height - 2], M, M, dilation: 2)

    // Up: each level joins what comes from below with its own map.
    for k in (1..<height).reversed() {
      let skip = levels[k - 1]
      let below = k == height - 1 ? decoded : engine.upsample(decoded, like: skip)
      decoded = layers("\(k)d", engine.concatenate([below, skip]), 2 * M, k == 1 ? O : M)
    }
    return isResidual ? engine.add(decoded, features) : decoded
  }
}
