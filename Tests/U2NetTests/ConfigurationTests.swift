import Compute
import RSU
import Testing

import U2Net

struct ConfigurationTests {
  /// Trainable parameters and multiply-accumulates at 320×320 of En_1 … En_6, De_5 … De_1, side1 … side6, fusion.
  static let full = [
    (206_016, 6_782_976_000), (305_856, 4_954_521_600), (1_108_992, 4_954_521_600), (3_986_688, 4_954_521_600),
    (10_034_688, 4_010_803_200), (10_034_688, 1_002_700_800), (12_393_984, 4_954_521_600), (4_280_064, 5_426_380_800),
    (1_181_952, 5_426_380_800), (323_904, 5_426_380_800), (139_200, 10_616_832_000), (577, 58_982_400),
    (577, 14_745_600), (1_153, 7_372_800), (2_305, 3_686_400), (4_609, 1_843_200), (4_609, 460_800), (7, 614_400),
  ]
  static let lite = [
    (67_200, 3_244_032_000), (95_328, 1_710_489_600), (88_320, 427_622_400), (81_312, 106_905_600),
    (81_312, 32_256_000), (81_312, 8_064_000), (118_176, 47_001_600), (118_176, 165_888_000), (125_184, 663_552_000),
    (132_192, 2_654_208_000), (139_200, 10_616_832_000), (577, 58_982_400), (577, 14_745_600), (577, 3_686_400),
    (577, 921_600), (577, 230_400), (577, 57_600), (7, 614_400),
  ]

  @Test func costsOfEveryStage() {
    for (configuration, expected) in [(Configuration.full, Self.full), (.lite, Self.lite)] {
      let rows = configuration.outline()
      let names = configuration.stages.map(\.name) + (1...6).map { "side\($0)" } + ["fusion"]
      #expect(rows.count == 119)
      for (name, cost) in zip(names, expected) {
        let own = rows.filter { $0.layer.name.stage == name }
        #expect(own.reduce(0) { $0 + $1.parameters } == cost.0, "\(configuration.name) \(name)")
        #expect(own.reduce(0) { $0 + $1.macs } == cost.1, "\(configuration.name) \(name)")
      }
    }
  }

  @Test func totals() {
    let full = Configuration.full.outline(), lite = Configuration.lite.outline()
    #expect(full.reduce(0) { $0 + $1.parameters } == 44_009_869)
    #expect(full.reduce(0) { $0 + $1.macs } == 58_598_246_400)
    #expect(lite.reduce(0) { $0 + $1.parameters } == 1_131_181)
    #expect(lite.reduce(0) { $0 + $1.macs } == 19_756_089_600)
  }

  @Test func checkpointNames() {
    func names(_ stage: String, _ layer: String = "") -> ParameterNames {
      ParameterNames(LayerName(stage: stage, layer: layer))
    }
    #expect(names("En_1", "in").weight == "stage1.rebnconvin.conv_s1.weight")
    #expect(names("De_5", "3d").bias == "stage5d.rebnconv3d.conv_s1.bias")
    #expect(names("En_6", "4").variance == "stage6.rebnconv4.bn_s1.running_var")
    #expect(names("side3").weight == "side3.weight")
    #expect(names("fusion").bias == "outconv.bias")
    // 119 weights and biases, 112 × 4 values of batch normalisation, all different.
    let all = Configuration.full.outline().flatMap { row -> [String] in
      let names = ParameterNames(row.layer.name)
      return [names.weight, names.bias] + (row.layer.isNormalized ? names.normalizationNames : [])
    }
    #expect(all.count == 119 * 2 + 112 * 4 && Set(all).count == all.count)
  }
}
