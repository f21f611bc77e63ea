import U2NetCompute
import RSU
import Testing

import U2NetNetwork

struct CostTests {
  @Test func costsAreTheOutlines() {
    #expect(Configuration.lite.cost(.parameters) == 1_131_181)
    #expect(Configuration.lite.cost(.macs(side: 320)) == 19_756_089_600)
  }

  @Test(arguments: BlockKinds.builtIn.all) func othersCostTheSame(_ kind: BlockKind) {
    for (reference, largest) in [
      (Configuration.full, 0.001), (.lite, 0.005), (.custom(channels: Array(repeating: (4, 16), count: 11)), 0.02),
    ] {
      for cost in [Cost.macs(side: 320), .macs(side: 75), .parameters] {
        let matched = reference.matched(blocks: kind, by: cost)
        let ratio = Double(matched.cost(cost)) / Double(reference.cost(cost))
        #expect(abs(ratio - 1) < largest, "\(kind), \(cost): \(ratio)")
        // Only middle channels are others.
        for (mine, its) in zip(matched.stages, reference.stages) {
          #expect(
            (mine.block.widths.input, mine.block.widths.output) == (its.block.widths.input, its.block.widths.output))
          #expect(mine.block.kind.hasPrefix(kind.name))
        }
      }
    }
  }

  /// A residual U-block costs what it costs, and so does a naive one.
  @Test func sameBlocksKeepTheirChannels() {
    #expect(Configuration.lite.matched(blocks: .rsu, by: .parameters).name == "lite")
    let naive = Configuration.full.matched(blocks: .niv, by: .macs(side: 320))
    #expect(naive.text == Configuration.full.with(blocks: .niv).text)
  }
}
