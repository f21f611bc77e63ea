import Foundation
import Testing
import U2NetNetwork
import U2NetPlatform

/// A block that this library does not have.
struct Cross: Block {
  let widths: Widths
  var kind: String { "CROSS" }
  static let kind = BlockKind("CROSS") { Cross(widths: $0) }

  func callAsFunction<E: Engine>(_ x: E.FeatureMap, stage: String, on engine: E) -> E.FeatureMap {
    let layers = StageLayers(stage, engine)
    let near = layers("near", x, widths.input, widths.middle)
    let far = layers("far", engine.maxPool(x), widths.input, widths.middle, dilation: 2)
    return layers("out", engine.add(near, engine.upsample(far, like: near)), widths.middle, widths.output)
  }
}

/// Blocks of others, in files and descriptions.
struct OwnBlockTests {
  static let channels = (0..<11).map { (3 + $0 % 3, 5 + $0 % 4) }
  static let network = Configuration.custom(blocks: Cross.kind, channels: channels)
  static let kinds = BlockKinds.builtIn.with(Cross.kind)

  private static func store(_ configuration: Configuration) -> ParameterStore {
    var store = ParameterStore(source: "own.safetensors", metadata: [Configuration.metadataKey: configuration.text])
    var generator = SplitMix64(seed: 3)
    func tensor(_ shape: [Int], _ range: ClosedRange<Double>) -> Tensor {
      let span = range.upperBound - range.lowerBound
      return Tensor(
        shape: shape, (0..<shape.reduce(1, *)).map { _ in Float(range.lowerBound + span * generator.unit()) })
    }
    for layer in configuration.outline().map(\.layer) {
      let names = ParameterNames(layer.name), channels = [layer.output]
      store[names.weight] = tensor(layer.weightShape, -0.2...0.2)
      store[names.bias] = tensor(channels, -0.2...0.2)
      guard layer.isNormalized else { continue }
      store[names.gamma] = tensor(channels, 0.5...1.5)
      store[names.beta] = tensor(channels, -0.2...0.2)
      store[names.mean] = tensor(channels, -0.2...0.2)
      store[names.variance] = tensor(channels, 0.5...1.5)
    }
    return store
  }

  @Test func aFileNamesBlocksOfOthers() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: file) }
    let store = Self.store(Self.network)
    try Safetensors.write(store, to: file)
    let read = try TrainedNetwork(safetensors: file, kinds: Self.kinds)
    #expect(read.configuration.text == Self.network.text && read.configuration.name == "CROSS" && read.isNormalized)
    let known = try TrainedNetwork(store, as: Self.network)
    func map(_ network: TrainedNetwork) -> [Float] {
      let predictor = Predictor(PreparedNetwork(network), height: 40, width: 33, threads: 1)
      (0..<3 * 40 * 33).map { Float($0 % 17) / 8 - 1 }.withUnsafeBufferPointer(predictor.run)
      return predictor.map()
    }
    #expect(map(read) == map(known) && Set(map(read)).count > 100)
    // One block of another kind among residual ones.
    let text = Configuration.custom(channels: Self.channels).text.replacing("RSU-5 ", with: "CROSS ")
    #expect(try Configuration(text: text, source: "file", kinds: Self.kinds).name == "custom")
  }

  @Test func anUnknownKindIsNamed() {
    #expect {
      try TrainedNetwork(Self.store(Self.network))
    } throws: { error in
      "\(error)"
        == "own.safetensors: metadata u2net.stages: En_1: blocks of kind CROSS are not known here; "
        + "known are RSU, PLN, RES, DSE, INC, PPM, NIV"
    }
    let escape = Configuration.lite.text.replacing("RSU-7 3", with: "\u{1b}[31m 3")
    #expect {
      try Configuration(text: escape, source: "evil")
    } throws: { "\($0)".contains("En_1") && !"\($0)".contains("\u{1b}") }
  }

  @Test func aKnownConfigurationNeedsNoKinds() throws {
    #expect {
      try TrainedNetwork(Self.store(Self.network), as: .lite)
    } throws: { "\($0)".contains("stage1.rebnconvin.conv_s1.weight: missing; the lite U²-Net needs it") }
    var plain = Self.store(Self.network)
    plain.metadata = [:]
    #expect(try TrainedNetwork(plain, as: Self.network).configuration.text == Self.network.text)
  }

  @Test func blocksOfOthersAreDescribed() {
    let summary = NetworkSummary(Self.network, size: 64)
    #expect(summary.model == "CROSS" && summary.stages.count == 18)
    #expect(summary.stages[0].block == "CROSS" && summary.stages[0].channels == [3, 3, 5])
    // Three 3×3 layers with γ and β: 3→3, 3→3 and 3→5 channels.
    #expect(summary.stages[0].parameters == 9 * (9 + 9 + 15) + 3 * (3 + 3 + 5) && summary.stages[0].convolutions == 3)
    #expect(summary.parameters == Self.network.cost(.parameters) && summary.macs == Self.network.cost(.macs(side: 64)))
    let lines = "\(summary)".split(separator: "\n")
    #expect(lines[0] == "U²-Net CROSS, input 3×64×64" && lines[2].hasPrefix("En_1    CROSS     3→3→5"))
    let matched = Configuration.lite.matched(blocks: Cross.kind, by: .parameters)
    #expect(abs(matched.cost(.parameters) - Configuration.lite.cost(.parameters)) < 5000)
  }
}
