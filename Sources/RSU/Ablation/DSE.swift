import U2NetCompute

/// DSE, the dense block: every layer reads all maps before it (Qin et al. 2020, figure 2c, after Huang et al. 2017).
///
///     x ─ in ─┬─ 1 ─┬─ 2 ─┬─ 3 ─┬─ out        I → M, then M more from each layer
///             ├─────┼─────┼─────┤
///             └─────┴─────┴─────┘ concatenated: M, 2M, 3M, 4M → O
///
/// Our reading: the paper does not give the number of layers or the growth. Here three layers between the first and the last
/// one, each adding M channels.
public struct DSE: Block {
  public let widths: Widths
  public var kind: String { "DSE" }
  static let growingLayers = 3

  /// Channels I, M and O, each at least 1.
  public init(_ input: Int, _ middle: Int, _ output: Int) { widths = Widths(input, middle, output) }

  public func callAsFunction<E: Engine>(_ x: E.FeatureMap, stage: String, on engine: E) -> E.FeatureMap {
    let (I, M, O) = (widths.input, widths.middle, widths.output)
    let layers = StageLayers(stage, engine)
    var maps = [layers("in", x, I, M)]
    for k in 1...Self.growingLayers { maps.append(layers("\(k)", engine.concatenate(maps), k * M, M)) }
    return layers("out", engine.concatenate(maps), maps.count * M, O)
  }
}

extension BlockKind {
  /// Blocks of `DSE`.
  public static let dse = BlockKind("DSE") { DSE($0.input, $0.middle, $0.output) }
}
