import RSU
import Testing

/// A block that no library has: two layers around one verb, with a name of its own.
struct Twin: Block {
  let widths: Widths
  var kind = "TWIN"

  func callAsFunction<E: Engine>(_ x: E.FeatureMap, stage: String, on engine: E) -> E.FeatureMap {
    let layers = StageLayers(stage, engine)
    let narrow = layers("left", x, widths.input, widths.middle)
    return layers("right", engine.upsample(engine.maxPool(narrow), like: x), widths.middle, widths.output)
  }
}

struct BlockKindTests {
  static let twin = BlockKind("TWIN") { Twin(widths: $0) }
  static let deep = BlockKind(
    "DEEP",
    form: { form, widths in form.flatMap { Int($0) }.map { Twin(widths: widths, kind: "DEEP-\($0)") } },
    inPlaceOf: { Twin(widths: $1, kind: "DEEP-\(($0 as? RSU)?.height ?? 0)") })

  @Test func kindsAreChosenByTheirNames() {
    #expect(BlockKinds("RSU,pln")?.names == ["RSU", "PLN"])
    #expect(BlockKinds("TWIN,RSU", of: .builtIn.with(Self.twin))?.names == ["TWIN", "RSU"])
    for names in ["", "RSU,", "ABC", "RSU,RSU", "RSU,rsu", "RSU PLN"] { #expect(BlockKinds(names) == nil, "\(names)") }
  }

  @Test func namesMakeBlocks() {
    let kinds = BlockKinds.builtIn.with(Self.twin, Self.deep), widths = Widths(3, 4, 5)
    #expect(kinds.names == BlockKinds.builtIn.names + ["TWIN", "DEEP"])
    for name in ["RSU-3", "RSU-16", "RSU-4F", "NIV-7", "NIV-4F", "PLN", "RES", "DSE", "INC", "PPM", "TWIN", "DEEP-12"] {
      let block = kinds.block(named: name, widths)
      #expect(block?.kind == name && block?.widths == widths, "\(name)")
    }
    for name in [
      "", "-", "RSU", "RSU-", "RSU-2", "RSU-17", "RSU-07", "RSU-4f", "RSU-4-4", "rsu-4", "PLN-", "PLN-4", "TWIN-1",
      "TWIN-",
      "DEEP", "DEEP-", "DEEP-01", "TWINS",
    ] {
      #expect(kinds.block(named: name, widths) == nil, "\(name)")
    }
    #expect(BlockKinds.builtIn.block(named: "TWIN", widths) == nil && BlockKinds.builtIn["TWIN"] == nil)
  }

  @Test func placesAreTaken() {
    let widths = Widths(3, 4, 5)
    for place in [RSU(6, 1, 1, 1) as any Block, RSU4F(1, 1, 1), PLN(1, 1, 1)] {
      #expect(Self.twin.block(inPlaceOf: place, widths).kind == "TWIN")
      let height = (place as? RSU)?.height ?? 0
      #expect(Self.deep.block(inPlaceOf: place, widths).kind == "DEEP-\(height)")
      #expect(BlockKind.rsu.block(inPlaceOf: place, widths).kind == (height == 6 ? "RSU-6" : "RSU-4F"))
    }
    #expect(Self.twin == BlockKind("TWIN") { PLN($0.input, $0.middle, $0.output) } && Self.twin != .pln)
  }
}
