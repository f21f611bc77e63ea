/// The blocks that the paper compares in one outer network (Qin et al. 2020, section 4.4.1).
public enum BlockKind: String, CaseIterable, Sendable {
  case rsu = "RSU"
  case pln = "PLN"
  case res = "RES"
  case dse = "DSE"
  case inc = "INC"
  case ppm = "PPM"
  case niv = "NIV"

  /// The block of this kind that takes the place of `block`: with its height, if both kinds have one.
  public func block(inPlaceOf block: any Block, _ widths: Widths) -> any Block {
    let (i, m, o) = (widths.input, widths.middle, widths.output)
    switch self {
    case .rsu, .niv:
      if let rsu = block as? RSU { return RSU(rsu.height, i, m, o, isResidual: self == .rsu) }
      return RSU4F(i, m, o, isResidual: self == .rsu)
    case .pln: return PLN(i, m, o)
    case .res: return RES(i, m, o)
    case .dse: return DSE(i, m, o)
    case .inc: return INC(i, m, o)
    case .ppm: return PPM(i, m, o)
    }
  }
}
