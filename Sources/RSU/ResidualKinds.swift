extension BlockKind {
  /// The residual U-blocks of the published networks.
  public static let rsu = nested("RSU", isResidual: true)
  /// The same without the sum.
  public static let niv = nested("NIV", isResidual: false)

  /// RSU-L or NIV-L with a height of 3…16, and the form without pooling, 4F.
  private static func nested(_ name: String, isResidual: Bool) -> BlockKind {
    @Sendable func block(height: Int?, _ widths: Widths) -> any Block {
      let (i, m, o) = (widths.input, widths.middle, widths.output)
      return height.map { RSU($0, i, m, o, isResidual: isResidual) } ?? RSU4F(i, m, o, isResidual: isResidual)
    }
    return BlockKind(
      name,
      form: { form, widths in
        if form == "4F" { return block(height: nil, widths) }
        guard let height = form.flatMap({ Int($0) }), (3...16).contains(height) else { return nil }
        return block(height: height, widths)
      },
      inPlaceOf: { block(height: ($0 as? RSU)?.height, $1) })
  }
}
