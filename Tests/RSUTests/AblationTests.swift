import U2NetCompute
import RSU
import Testing

struct AblationTests {
  /// Layer names of `block`.
  private func layers(_ block: any Block) -> [String] {
    let outline = Outline()
    _ = block(MapShape(channels: block.widths.input, height: 20, width: 20), stage: "En_1", on: outline)
    return outline.rows.map { "\($0.layer.name.layer) \($0.layer.input)→\($0.layer.output) d\($0.layer.dilation)" }
  }

  @Test func layersOfTheBlocks() {
    #expect(layers(PLN(3, 4, 5)) == ["1 3→4 d1", "2 4→5 d1"])
    #expect(layers(RES(3, 4, 5)).sorted() == ["1 3→4 d1", "2 4→5 d1", "shortcut 3→5 d1"])
    #expect(layers(RES(5, 4, 5)) == ["1 5→4 d1", "2 4→5 d1"])
    #expect(layers(DSE(3, 4, 5)) == ["in 3→4 d1", "1 4→4 d1", "2 8→4 d1", "3 12→4 d1", "out 16→5 d1"])
    #expect(layers(INC(3, 4, 5)) == ["in 3→4 d1", "1 4→4 d1", "2 4→4 d2", "4 4→4 d4", "8 4→4 d8", "out 16→5 d1"])
    #expect(
      layers(PPM(3, 4, 5)) == [
        "in 3→4 d1", "pool1 4→4 d1", "pool2 4→4 d1", "pool3 4→4 d1", "pool6 4→4 d1", "out 20→5 d1",
      ])
  }

  @Test func naiveBlocksAreResidualOnesWithoutTheSum() {
    for (naive, residual) in [
      (BlockKind.niv.block(inPlaceOf: RSU(5, 1, 1, 1), Widths(3, 4, 5)), RSU(5, 3, 4, 5) as any Block),
      (BlockKind.niv.block(inPlaceOf: RSU4F(1, 1, 1), Widths(3, 4, 5)), RSU4F(3, 4, 5)),
    ] {
      #expect(layers(naive) == layers(residual))
      #expect(naive.kind == "NIV-" + residual.kind.dropFirst(4))
      func additions(_ block: any Block) -> Int {
        let recorder = GraphRecorder()
        _ = block(recorder.input(MapShape(channels: 3, height: 9, width: 9)), stage: "En_1", on: recorder)
        return recorder.graph.nodes.count { if case .add = $0.operation { true } else { false } }
      }
      #expect(additions(naive) == 0 && additions(residual) == 1)
    }
  }

  /// Receptive fields along the paths that see farthest, by hand.
  @Test func receptiveFields() {
    func field(_ block: any Block, _ size: Int = 96) -> Int {
      let engine = ReceptiveFields()
      let x = engine.input(MapShape(channels: block.widths.input, height: size, width: size))
      let result = block(x, stage: "En_1", on: engine)
      #expect(engine.ofStages == ["En_1": Int(result.field.rounded(.up))] && result.jump == 1)
      return Int(result.field.rounded(.up))
    }
    #expect(field(PLN(3, 4, 5)) == 5)
    #expect(field(RES(3, 4, 5)) == 5)
    #expect(field(DSE(3, 4, 5)) == 1 + 5 * 2)
    #expect(field(INC(3, 4, 5)) == 1 + 2 + 16 + 2)
    #expect(field(RSU4F(3, 4, 5)) == 1 + 2 * (1 + 1 + 2 + 4 + 8 + 4 + 2 + 1))
    // RSU-3: in, 1, pool; at half size 2, the dilated 3 and 2d; up, 1d.
    #expect(field(RSU(3, 3, 4, 5)) == 1 + 2 + 2 + 1 + 2 * (2 + 4 + 2) + 2 + 2)
    // RSU-4: in, 1, pool; 2, pool at a half; 3, 4, 3d at a quarter, up; 2d at a half, up; 1d.
    #expect(field(RSU(4, 3, 4, 5)) == 1 + 4 + 1 + 2 * (2 + 1) + 4 * (2 + 4 + 2) + 4 + 2 * 2 + 2 + 2)
    #expect(field(RSU(4, 3, 4, 5, isResidual: false)) == field(RSU(4, 3, 4, 5)))
    // Two convolutions, the first of which halves the map.
    let engine = ReceptiveFields(), stem = LayerName(stage: "stem")
    let half = engine.convolution(
      engine.input(MapShape(channels: 3, height: 31, width: 31)),
      Convolution(stem, input: 3, output: 4, stride: 2, isNormalized: false, hasReLU: false))
    let whole = engine.convolution(half, Convolution(stem, input: 4, output: 4, isNormalized: false, hasReLU: false))
    #expect(half.field == 3 && half.jump == 2 && whole.field == 3 + 2 * 2)
    // PPM: of 96 pixels, the branch of 2 cells sees farthest, 48 pixels and 48 more between two cells; 1 cell sees 96 only.
    #expect(field(PPM(3, 4, 5)) == 1 + 2 + 47 + 48 + 2)
    // 7 pixels in 2 cells: of 4 pixels each, 3½ apart.
    #expect(field(PPM(3, 4, 5), 7) == 12)
  }
}
