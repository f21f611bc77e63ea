import Foundation
import NetworkTestSupport
import RSU
import SwiftProtobuf
import Testing
import U2Net
import U2NetCompute

@testable import U2NetWeightFiles

/// What is written as ONNX is the network: every reader's check is that of ours, which takes nothing else.
@Suite struct ONNXWritingTests {
  private static let narrow: [(middle: Int, output: Int)] = (0..<11).map { (2 + $0 % 3, 3 + $0 % 4) }
  private static let inputs: [ONNXInput] = [.dynamic, .fixed(height: 320, width: 320), .fixed(height: 192, width: 45)]

  private static func network(_ kind: BlockKind) throws -> TrainedNetwork {
    let configuration = Configuration.custom(blocks: kind, channels: narrow)
    return try TrainedNetwork(configuration.randomStore(seed: 11), as: configuration)
  }

  private func model(_ file: TemporaryFile) throws -> Onnx_ModelProto {
    defer { withExtendedLifetime(file) {} }
    return try Onnx_ModelProto(serializedBytes: Data(contentsOf: URL(filePath: file.path)))
  }

  private func written(
    _ network: TrainedNetwork, _ input: ONNXInput = .dynamic, half: Bool = false
  ) throws -> TemporaryFile {
    let file = try TemporaryFile([])
    try network.write(onnx: file.path, for: input, half: half)
    return file
  }

  /// The network in a file, which is there until it is read.
  private func read(_ file: TemporaryFile, kinds: BlockKinds = .builtIn) throws -> TrainedNetwork {
    defer { withExtendedLifetime(file) {} }
    return try TrainedNetwork(contentsOf: file.path, kinds: kinds)
  }

  /// The published lite network's counts, names and shapes.
  @Test func theLiteGraphIsThePublishedOne() throws {
    let model = try model(written(.lite, .fixed(height: 320, width: 320))), graph = model.graph
    let kinds = Dictionary(grouping: graph.node, by: \.opType).mapValues(\.count)
    #expect(
      kinds == [
        "Conv": 119, "Relu": 112, "MaxPool": 33, "Resize": 38, "Concat": 51, "Add": 11, "Sigmoid": 7,
      ])
    #expect((model.irVersion, model.producerName) == (8, "u2net"))
    #expect(model.opsetImport == [.init("", 17)] && model.functions.isEmpty)
    #expect(graph.input.map(\.name) == ["input.1"] && graph.output.map(\.name) == (1959...1965).map(String.init))
    func shape(_ value: Onnx_ValueInfoProto) -> [Int64] { value.type.tensorType.shape.dim.map(\.dimValue) }
    #expect(shape(graph.input[0]) == [1, 3, 320, 320] && graph.output.allSatisfy { shape($0) == [1, 1, 320, 320] })
    let weights = graph.initializer.filter { $0.dataType == 1 }
    #expect(weights.count == 238 && weights[0].name == "stage1.rebnconvin.conv_s1.weight")
    #expect(weights[0].dims == [64, 3, 3, 3] && weights.reduce(0) { $0 + $1.rawData.count } == 4_501_940)
  }

  /// No size of the graph is a number but the channels'.
  @Test func aDynamicGraphHasNoSizes() throws {
    let graph = try model(written(.lite)).graph
    #expect(graph.initializer.allSatisfy { $0.dataType == 1 } && graph.initializer.count == 238)
    #expect(graph.node.count { $0.opType == "Resize" } == 38)
    let names = graph.input[0].type.tensorType.shape.dim.map(\.dimParam)
    #expect(names == ["batch", "", "height", "width"])
  }

  /// Weights come back to the bit as the folded ones, and so a second time the file is the same.
  @Test(arguments: BlockKinds.builtIn.all, inputs)
  func blocksComeBackToTheBit(kind: BlockKind, input: ONNXInput) throws {
    let network = try Self.network(kind), file = try written(network, input)
    let found = try TrainedNetwork(contentsOf: file.path)
    #expect(found.configuration.text == network.configuration.text && !found.isNormalized)
    let layers = network.configuration.outline(height: 32, width: 32).map(\.layer)
    #expect(found.store.count == 2 * layers.count)
    for layer in layers {
      let folded = network.parameters[layer.name]!.folded, read = found.parameters[layer.name]!
      #expect(bits(read.weight) == bits(folded.weight) && bits(read.bias) == bits(folded.bias), "\(layer.name)")
    }
    let again = try written(found, input)
    #expect(FileManager.default.contentsEqual(atPath: file.path, andPath: again.path))
    #expect(maps(found) == maps(network))
  }

  private func bits(_ tensor: Tensor) -> [UInt32] { tensor.values.map(\.bitPattern) }

  private func maps(_ network: TrainedNetwork) -> [[Float]] {
    let predictor = Predictor(PreparedNetwork(network), height: 40, width: 33, maps: .all, threads: 1)
    let input = (0..<3 * 40 * 33).map { (index: Int) -> Float in Float(index % 37) / 20 - 0.9 }
    input.withUnsafeBufferPointer(predictor.run)
    return (0..<7).map { predictor.map($0) }
  }

  /// The published weights are folded already: the way through ONNX and back changes none.
  @Test func theLiteWeightsComeBackToTheBit() throws {
    let found = try read(written(.lite)), store = TrainedNetwork.lite.store
    #expect(found.configuration.name == "lite" && found.store.names.sorted() == store.names.sorted())
    for name in store.names { #expect(bits(found.store[name]!) == bits(store[name]!), "\(name)") }
    #expect(found.store.metadata["licence"] == store.metadata["licence"])
  }

  // MARK: - Blocks of others

  /// One that does everything twice: only the order of the file tells its convolutions apart.
  private struct Twice: Block {
    let widths: Widths
    let kind = "TWICE"

    func callAsFunction<E: Engine>(_ x: E.FeatureMap, stage: String, on engine: E) -> E.FeatureMap {
      let layers = StageLayers(stage, engine)
      // A pool of the picture itself would not be read: it may have been normalised or not.
      let x = layers("in", x, widths.input, widths.input)
      let a = layers("a", engine.maxPool(x), widths.input, widths.middle)
      let b = layers("b", engine.maxPool(x), widths.input, widths.middle)
      let c = layers("c", engine.averagePool(engine.maxPool(a), cells: 4), widths.middle, widths.middle)
      let maps = [a, b, engine.maxPool(c)].map { engine.upsample($0, like: x) }
      return layers("out", engine.concatenate(maps), 3 * widths.middle, widths.output)
    }
  }

  @Test(arguments: inputs) func ownBlocksAreWrittenAndReadByWhoKnowsThem(input: ONNXInput) throws {
    let twice = BlockKind("TWICE") { Twice(widths: $0) }
    let network = try Self.network(twice), file = try written(network, input)
    let found = try read(file, kinds: .builtIn.with(twice))
    #expect(maps(found) == maps(network))
    #expect {
      try TrainedNetwork(contentsOf: file.path)
    } throws: {
      "\($0)".hasSuffix("En_1: blocks of kind TWICE are not known here; known are RSU, PLN, RES, DSE, INC, PPM, NIV")
    }
  }

  /// Its lowest levels are of a single pixel at the sizes that photos have.
  @Test func highBlocksAreReadBack() throws {
    let widths = Configuration.custom(channels: Self.narrow).stages.map(\.block.widths)
    let high = BlockKind("RSU", form: { _, _ in nil }, inPlaceOf: { RSU(16, $1.input, $1.middle, $1.output) })
    let text = Configuration.custom(blocks: high, widths: widths).text
    let configuration = try Configuration(text: text, source: "text")
    let network = try TrainedNetwork(configuration.randomStore(seed: 5))
    for input in [ONNXInput.dynamic, .fixed(height: 64, width: 64)] {
      #expect(try maps(read(written(network, input))) == maps(network))
    }
  }

  // MARK: - Other graphs under the same name

  private func outcome(_ kind: BlockKind, _ change: (inout Onnx_ModelProto) throws -> Void) throws -> String {
    var model = try model(written(Self.network(kind)))
    try change(&model)
    let file = try TemporaryFile(model.serializedData())
    do { return try read(file).configuration.name } catch let error as WeightFileError { return error.problem }
  }

  @Test func anotherPoolUnderThatNameIsRefused() throws {
    #expect(try outcome(.ppm) { _ in } == "PPM")
    let other = try outcome(.ppm) { model in
      let index = model.functions[0].node.firstIndex { $0.opType == "GreaterOrEqual" }!
      model.functions[0].node[index].opType = "Greater"
    }
    #expect(other.contains("AdaptiveAveragePool: a U²-Net") && other.contains("has no such operation"), "\(other)")
    let cells = try outcome(.ppm) { model in
      let index = model.graph.node.firstIndex { $0.opType == "AdaptiveAveragePool" }!
      model.graph.node[index].attribute[0].i = 5
    }
    #expect(cells.hasPrefix("node AdaptiveAveragePool_") && cells.contains(": a U²-Net has "), "\(cells)")
  }

  @Test func otherBlocksThanTheMetadataSayAreRefused() throws {
    let stages = try Self.network(.dse).configuration.text
    let other = try outcome(.inc) { model in model.metadataProps[0].value = stages }
    #expect(other == "not a U²-Net: expected 62 convolutions, found 73")
    // Branches that differ in their dilations alone.
    let dilation = try outcome(.inc) { model in
      let index = model.graph.node.firstIndex { $0.name == "En_2/4/Conv" }!
      for attribute in model.graph.node[index].attribute.indices {
        let name = model.graph.node[index].attribute[attribute].name
        if ["dilations", "pads"].contains(name) {
          model.graph.node[index].attribute[attribute].ints = Array(repeating: 3, count: name == "pads" ? 4 : 2)
        }
      }
    }
    #expect(
      dilation
        == "node En_2/4/Conv, Conv: expected dilations [4, 4], found [3, 3], which is not what En_2/4 of a U²-Net does",
      "\(dilation)")
    let twice = try outcome(.pln) { model in model.metadataProps += model.metadataProps }
    #expect(twice == "expected one text under the metadata's u2net.stages, found two", "\(twice)")
  }

  /// A convolution that another one's weights would fit is not taken for it.
  @Test func branchesInAnotherOrderAreTakenByTheirForm() throws {
    var model = try model(written(Self.network(.inc)))
    let usual = try read(TemporaryFile(model.serializedData()))
    let first = model.graph.node.firstIndex { $0.name == "En_3/1/Conv" }!
    let second = model.graph.node.firstIndex { $0.name == "En_3/8/Conv" }!
    model.graph.node.swapAt(first, second)
    let relus = ["En_3/1/Relu", "En_3/8/Relu"].map { name in model.graph.node.firstIndex { $0.name == name }! }
    model.graph.node.swapAt(relus[0], relus[1])
    let found = try read(TemporaryFile(model.serializedData()))
    #expect(maps(found) == maps(usual))
  }

  @Test func cutFilesAreErrors() throws {
    let file = try written(Self.network(.ppm)), whole = try model(file).serializedData()
    for count in stride(from: 1, to: whole.count, by: max(1, whole.count / 60)) {
      let file = try TemporaryFile(whole.prefix(count))
      #expect(throws: WeightFileError.self) { try read(file) }
    }
  }

  /// Shapes, too, are counted before they are decoded.
  @Test func dimensionsWithoutEndAreNotDecoded() throws {
    func field(_ key: UInt8, _ bytes: [UInt8]) -> [UInt8] {
      var result = [key], rest = bytes.count
      while rest > 0x7f {
        result.append(UInt8(rest & 0x7f) | 0x80)
        rest >>= 7
      }
      return result + [UInt8(rest)] + bytes
    }
    let dimensions = Array(repeatElement([0x0a, 0x00] as [UInt8], count: 1_000_000).joined())
    let type = field(0x12, field(0x0a, field(0x12, dimensions)))
    let message = try message([0x08, 0x08] + field(0x3a, field(0x5a, type)))
    #expect(message.contains("expected to need at most") && message.contains("MiB of memory"), "\(message)")
  }

  // MARK: - Halves and limits

  @Test(arguments: ["onnx", "safetensors"]) func halvesAreTheNearest(format: String) throws {
    let network = try Self.network(.rsu), file = try TemporaryFile([])
    if format == "onnx" {
      try network.write(onnx: file.path, half: true)
    } else {
      try Safetensors.write(network.store, to: file.path, half: true)
    }
    let found = try TrainedNetwork(contentsOf: file.path)
    for layer in network.configuration.outline().map(\.layer) {
      let stored = network.parameters[layer.name]!, expected = format == "onnx" ? stored.folded : stored
      let read = found.parameters[layer.name]!
      #expect(read.weight.values == expected.weight.values.map { Float(Float16($0)) }, "\(layer.name)")
      #expect(bits(read.bias) == bits(expected.bias), "\(layer.name)")
      if let normalization = expected.normalization {
        #expect(bits(read.normalization!.variance) == bits(normalization.variance), "\(layer.name)")
      }
    }
  }

  @Test func whatIsBeyondAHalfIsNamedAndNothingWritten() throws {
    var store = Configuration.custom(channels: Self.narrow).randomStore(seed: 1)
    let name = "side3.weight", shape = store[name]!.shape
    let values = { (largest: Float) in Tensor(shape: shape, (0..<shape.reduce(1, *)).map { $0 == 5 ? -largest : 0 }) }
    let folder = FileManager.default.temporaryDirectory.appending(path: "half-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // The largest float16 is 65504; from 65520 on the nearest is infinity.
    store[name] = values(65519)
    try Safetensors.write(store, to: folder.appending(path: "x").path, half: true)
    #expect(try Safetensors.read(path: folder.appending(path: "x").path)[name]!.values[5] == -65504)
    store[name] = values(65520)
    let network = try TrainedNetwork(store), path = folder.appending(path: "y").path
    let expected = WeightFileError(
      file: path, at: .tensor(name), "cannot be written as float16, which ends at 65504: it has values up to 65520.0")
    #expect(throws: expected) { try Safetensors.write(store, to: path, half: true) }
    #expect(throws: expected) { try network.write(onnx: path, half: true) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["x"])
    try network.write(onnx: path)
  }

  @Test func moreThanTheFormatHoldsIsAnError() throws {
    let recorder = ONNXRecorder(.dynamic, half: false) { ("\($0)", "\($0).bias") }
    let side = 8000
    let layer = Convolution(
      LayerName(stage: "large"), input: side, output: side, isNormalized: false, hasReLU: false)
    recorder.output([recorder.convolution(recorder.picture(channels: side), layer)])
    let path = FileManager.default.temporaryDirectory.appending(path: "large-\(UUID())").path
    #expect {
      try recorder.write(to: .init(path), metadata: [:]) { _ in preconditionFailure("weights are not asked for") }
    } throws: { "\($0)".hasSuffix("cannot write: an ONNX file holds less than 2 GiB, and this network takes 2197 MiB") }
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func aFolderThatIsNotThereIsAnError() {
    #expect(throws: WeightFileError(file: "/no/x.onnx", "cannot write: No such file or directory")) {
      try TrainedNetwork.lite.write(onnx: "/no/x.onnx")
    }
  }
}
