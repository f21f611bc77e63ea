import U2NetCompute
import RSU
import Testing

import U2NetNetwork

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

  @Test func textsDescribeConfigurations() throws {
    #expect(
      Configuration.lite.text.hasPrefix("RSU-7 3 16 64, RSU-6 64 16 64, ") && Configuration.lite.stages.count == 11)
    for kind in BlockKinds.builtIn.all {
      for model in [Configuration.full, .lite] {
        let configuration = model.with(blocks: kind)
        let read = try Configuration(text: configuration.text, source: "file")
        #expect(read.text == configuration.text && read.name == configuration.name)
        #expect(read.name == (kind == .rsu ? model.name : kind.name))
        #expect(read.stages.allSatisfy { $0.block.kind.hasPrefix(kind.name) })
      }
    }
    let mixed = Configuration.lite.text.replacing("RSU-5 64", with: "DSE 64")
    #expect(try Configuration(text: mixed, source: "file").name == "custom")
  }

  @Test func textsThatDescribeNothingAreRefused() {
    let lite = Configuration.lite.text
    for (text, problem) in [
      ("", "expected 11 stages, found 1"), (lite + ", RSU-4 1 1 1", "expected 11 stages, found 12"),
      (lite.replacing("RSU-6", with: "RSU-1"), "En_2"), (lite.replacing("RSU-6", with: "RSU-06"), "En_2"),
      (lite.replacing("RSU-6", with: "RSU"), "En_2"), (lite.replacing("RSU-6", with: "PLN-6"), "En_2"),
      (lite.replacing("RSU-7 3 16 64", with: "RSU-7 3 16 0"), "En_1"),
      (lite.replacing("RSU-7 3 16 64", with: "RSU-7 3 16"), "En_1"),
      (lite.replacing("RSU-7 3 16 64", with: "RSU-7 3 16 32"), "En_2: expected 32 input channels, found 64"),
      (lite.replacing("RSU-7 3 16 64", with: "RSU-7 4 16 64"), "En_1: expected 3 input channels, found 4"),
    ] {
      #expect {
        try Configuration(text: text, source: "bad.safetensors")
      } throws: { "\($0)".contains("bad.safetensors") && "\($0)".contains(problem) }
    }
  }

  @Test func inputsFollowFromOtherChannels() {
    for model in [Configuration.full, .lite] {
      #expect(Configuration.custom(channels: model.channels).text == model.text)
    }
  }

  /// By hand, for blocks of two 3×3 layers: En_k adds 4·2^(k−1) to what a pool adds, De_k the same, resizing its input's jump.
  @Test func receptiveFieldsOfStages() {
    let fields = Configuration.lite.with(blocks: .pln).receptiveFields()
    #expect(fields["En_1"] == 5 && fields["En_2"] == 5 + 1 + 8 && fields["En_3"] == 14 + 2 + 16)
    let bottom = 1 + 4 * (1 + 2 + 4 + 8 + 16 + 32) + (1 + 2 + 4 + 8 + 16)
    #expect(fields["En_6"] == bottom && fields["De_5"] == bottom + 32 + 64)
    let top = bottom + (32 + 16 + 8 + 4 + 2) + 4 * (16 + 8 + 4 + 2 + 1)
    #expect(fields["De_1"] == top && fields["side1"] == top + 2 && fields["side6"] == bottom + 64)
    // side6 is resized from every 32nd pixel.
    #expect(fields["fusion"] == max(top + 2, bottom + 64 + 32))
  }

  @Test func checkpointNames() {
    func names(_ stage: String, _ layer: String = "") -> ParameterNames {
      ParameterNames(LayerName(stage: stage, layer: layer))
    }
    #expect(names("En_1", "in").weight == "stage1.rebnconvin.conv_s1.weight")
    #expect(names("De_5", "3d").bias == "stage5d.rebnconv3d.conv_s1.bias")
    #expect(names("En_6", "4").variance == "stage6.rebnconv4.bn_s1.running_var")
    #expect(names("En_2", "shortcut").weight == "stage2.rebnconvshortcut.conv_s1.weight")
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
