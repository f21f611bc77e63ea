/// The blocks that the paper compares in one outer network (Qin et al. 2020, section 4.4.1).
public enum BlockKind: String, CaseIterable, Sendable {
  case rsu = "RSU"
  case pln = "PLN"
  case res = "RES"
  case dse = "DSE"
  case inc = "INC"
  case ppm = "PPM"
  case niv = "NIV"

  /// The block that calls itself `name`: "RSU-7", "NIV-4F", "PLN"; nil if there is none.
  public static func block(named name: String, _ widths: Widths) -> (any Block)? {
    let parts = name.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard let kind = parts.first.flatMap({ BlockKind(rawValue: String($0)) }) else { return nil }
    let place: any Block
    switch (kind, parts.count == 2 ? String(parts[1]) : nil) {
    case (.rsu, "4F"), (.niv, "4F"): place = RSU4F(1, 1, 1)
    case (.rsu, let height?), (.niv, let height?):
      guard let height = Int(height), (3...16).contains(height) else { return nil }
      place = RSU(height, 1, 1, 1)
    case (.rsu, nil), (.niv, nil): return nil
    case (_, let height):
      if height != nil { return nil }
      place = RSU4F(1, 1, 1)
    }
    let block = kind.block(inPlaceOf: place, widths)
    return block.kind == name ? block : nil
  }

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
