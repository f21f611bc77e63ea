import U2NetCompute

/// PLN, the plain block: two weight layers, nothing else (Qin et al. 2020, figure 2a).
///
///     x ─ 1 ─ 2 ─ out        I → M → O
public struct PLN: Block {
  public let widths: Widths
  public var kind: String { "PLN" }

  /// Channels I, M and O, each at least 1.
  public init(_ input: Int, _ middle: Int, _ output: Int) { widths = Widths(input, middle, output) }

  public func callAsFunction<E: Engine>(_ x: E.FeatureMap, stage: String, on engine: E) -> E.FeatureMap {
    let layers = StageLayers(stage, engine)
    return layers("2", layers("1", x, widths.input, widths.middle), widths.middle, widths.output)
  }
}

extension BlockKind {
  /// Blocks of `PLN`.
  public static let pln = BlockKind("PLN") { PLN($0.input, $0.middle, $0.output) }
}
