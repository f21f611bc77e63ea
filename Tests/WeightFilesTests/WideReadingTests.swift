import Foundation
import U2NetCompute
import U2NetFiles
import U2NetNetwork
import SwiftProtobuf
import Testing
import U2Net

@testable import U2NetWeightFiles

/// ONNX files as other tools write them: values beside the file, as integers, and biases left out.
@Suite struct WideReadingTests {
  private typealias Tensor = Onnx_TensorProto

  private let usual = ExportedModel()

  /// What is read of a changed model is what `expected` has.
  private func check(_ model: ExportedModel, equals expected: ExportedModel) throws {
    #expect(model.outcome.contains("recognised: custom U²-Net"), "\(model.outcome)")
    #expect(try model.tensors() == expected.tensors())
  }

  // MARK: - Values beside the file

  /// The model with all values in another file in its folder, after each other.
  private func withExternalData(
    _ change: (inout Onnx_TensorProto) -> Void = { _ in }
  ) throws -> (model: ExportedModel, values: TemporaryFile) {
    var model = usual, bytes = Data("something before".utf8)
    let name = "weights-\(UUID().uuidString)"
    for index in model.model.graph.initializer.indices {
      let values = model.model.graph.initializer[index].floatData.withUnsafeBytes { Data($0) }
      model.model.graph.initializer[index].floatData = []
      model.model.graph.initializer[index].dataLocation = .external
      model.model.graph.initializer[index].externalData = [
        ("location", name), ("offset", "\(bytes.count)"), ("length", "\(values.count)"),
      ].map { key, value in .with { ($0.key, $0.value) = (key, value) } }
      bytes += values
    }
    change(&model.model.graph.initializer[0])
    return (model, try TemporaryFile(bytes, name: name))
  }

  @Test func valuesBesideTheFile() throws {
    let (model, values) = try withExternalData()
    try withExtendedLifetime(values) { try check(model, equals: usual) }
  }

  @Test func lengthsMayBeLeftOut() throws {
    let (model, values) = try withExternalData { $0.externalData.removeLast() }
    try withExtendedLifetime(values) {
      // Then the values go to the end of the file, which is too much for the first.
      #expect(model.outcome.contains("tensor v1-w: expected 216 bytes in weights-"), "\(model.outcome)")
    }
    var last = try withExternalData()
    last.model.model.graph.initializer[last.model.model.graph.initializer.count - 1].externalData.removeLast()
    try withExtendedLifetime(last.values) { try check(last.model, equals: usual) }
  }

  @Test(arguments: ["../weights.bin", "/etc/passwd", "a/../../b", "", "a//b", "w\0"])
  func noFileOfOtherFolders(location: String) throws {
    let (model, values) = try withExternalData { $0.externalData[0].value = location }
    withExtendedLifetime(values) {
      #expect(model.outcome.contains("expected values in a file beside the model or below"), "\(model.outcome)")
    }
  }

  @Test(arguments: [
    (1, "9999999999", "from byte 9999999999 on"), (1, "-4", "expected the offset of external values"),
    (1, "9223372036854775807", "from byte 9223372036854775807 on"), (2, "215", "expected 216 bytes in"),
    (2, "x", "expected the length of external values, found \"x\""),
  ])
  func placesThatAreNotThere(entry: Int, value: String, expected: String) throws {
    let (model, values) = try withExternalData { $0.externalData[entry].value = value }
    withExtendedLifetime(values) { #expect(model.outcome.contains(expected), "\(model.outcome)") }
  }

  @Test func onlyFilesHaveOthersBesideThem() throws {
    let (model, values) = try withExternalData()
    let bytes = [UInt8](try model.model.serializedData())
    try withExtendedLifetime(values) {
      let memory = Bytes(bytes)
      let error = #expect(throws: WeightFileError.self) {
        try WeightFile.read(bytes: .init(memory.memory), owner: memory, source: "bytes")
      }
      #expect(error?.problem.contains("only files have others beside them") == true)
    }
  }

  // MARK: - Integers

  /// Replaces a tensor by integers, of which `scales` and `zeroPoints` make values again, and changes it to what that gives.
  private func quantize(
    _ number: Int, of model: inout ExportedModel, _ expected: inout ExportedModel, as type: Tensor.DataType,
    scales: [Float], zeroPoints: [Int32], axis: Int64 = 0, inArray: Bool = false
  ) throws {
    let tensor = model.model.graph.initializer[number], name = tensor.name
    let shape = tensor.dims.map(Int.init), inner = shape[(Int(axis) + 1)...].reduce(1, *)
    func place(_ index: Int, of count: Int) -> Int { count == 1 ? 0 : index / inner % shape[Int(axis)] }
    let integers = tensor.floatData.indices.map { Int32(($0 * 37) % 100) }
    expected.model.graph.initializer[number].floatData = integers.enumerated().map { index, integer in
      let zero = zeroPoints.isEmpty ? 0 : zeroPoints[place(index, of: zeroPoints.count)]
      return Float(integer - zero) * scales[place(index, of: scales.count)]
    }
    func stored(_ name: String, _ dims: [Int64], _ integers: [Int32]) -> Tensor {
      .with { tensor in
        (tensor.name, tensor.dims, tensor.dataType) = (name, dims, Int32(type.rawValue))
        switch type {
        case _ where inArray: tensor.int32Data = integers
        case .int8: tensor.rawData = Data(integers.map { UInt8(bitPattern: Int8($0)) })
        case .uint8: tensor.rawData = Data(integers.map { UInt8($0) })
        default: tensor.rawData = integers.withUnsafeBytes { Data($0) }
        }
      }
    }
    model.model.graph.initializer[number] = stored("\(name)-q", tensor.dims, integers)
    model.model.graph.initializer.append(
      .with {
        ($0.name, $0.dims, $0.dataType) = ("\(name)-s", scales.count == 1 ? [] : [Int64(scales.count)], 1)
        $0.floatData = scales
      })
    var inputs = ["\(name)-q", "\(name)-s"]
    if !zeroPoints.isEmpty {
      let dims = zeroPoints.count == 1 ? [] : [Int64(zeroPoints.count)]
      model.model.graph.initializer.append(stored("\(name)-z", dims, zeroPoints))
      inputs.append("\(name)-z")
    }
    model.model.graph.node.insert(
      ExportedModel.node("DequantizeLinear", inputs, name, named: "\(name)-d", ["axis": .number(axis)]), at: 0)
  }

  @Test func quantisedValues() throws {
    var model = usual, expected = usual
    // Weights of [2, 3, 3, 3] and [1, 2, 3, 3], with a bias between them; then those of layers that take two maps.
    try quantize(0, of: &model, &expected, as: .int8, scales: [0.25], zeroPoints: [3])
    try quantize(1, of: &model, &expected, as: .int32, scales: [0.125], zeroPoints: [])
    try quantize(2, of: &model, &expected, as: .uint8, scales: [0.5], zeroPoints: [128], inArray: true)
    let number = model.model.graph.initializer.firstIndex { $0.dims == [2, 4, 3, 3] }!
    try quantize(number, of: &model, &expected, as: .int8, scales: [0.25, 3], zeroPoints: [-3, 7])
    try quantize(number + 1, of: &model, &expected, as: .int32, scales: [1, 2], zeroPoints: [0, 0])
    let wide = model.model.graph.initializer.firstIndex { $0.dims == [1, 2, 3, 3] && !$0.floatData.isEmpty }!
    try quantize(wide, of: &model, &expected, as: .uint8, scales: [1, 2], zeroPoints: [], axis: 1)
    try check(model, equals: expected)
  }

  @Test func quantisedValuesThatAreNotWhole() throws {
    func outcome(_ change: (inout ExportedModel) -> Void) throws -> String {
      var model = usual, expected = usual
      let number = model.model.graph.initializer.firstIndex { $0.dims == [2, 4, 3, 3] }!
      try quantize(number, of: &model, &expected, as: .int8, scales: [0.25, 3], zeroPoints: [-3, 7])
      change(&model)
      return model.outcome
    }
    #expect(try outcome { $0.model.graph.node[0].attribute[0].i = 1 }.contains("expected 2 indices along axis 1"))
    #expect(try outcome { $0.model.graph.node[0].attribute[0].i = 9 }.contains("expected 2 indices along axis 9"))
    #expect(try outcome { $0.model.graph.node[0].attribute[0].i = -4 }.contains("recognised"))
    let blocks = Onnx_AttributeProto.with { ($0.name, $0.i) = ("block_size", 8) }
    #expect(try outcome { $0.model.graph.node[0].attribute.append(blocks) }.contains("found blocks"))
    #expect(
      try outcome { $0.model.graph.node[0].input[2] = "nowhere" }.contains(
        "tensor nowhere: expected zero points in the file"))
    #expect(
      try outcome { $0.model.graph.initializer[$0.model.graph.initializer.count - 1].dims = [3] }.contains(
        "expected 3 bytes, found 2"))
  }

  /// Maps that are rounded between layers are not rounded here; a Relu that the rounding makes superfluous is one.
  @Test(arguments: [false, true]) func quantisedMaps(isLeftOut: Bool) throws {
    var model = usual
    let zero = Onnx_TensorProto.with { ($0.name, $0.dataType, $0.int32Data) = ("zero", 2, [0]) }
    let scale = Onnx_TensorProto.with { ($0.name, $0.dataType, $0.floatData) = ("scale", 1, [0.1]) }
    model.model.graph.initializer += [zero, scale]
    var nodes: [Onnx_NodeProto] = []
    for node in model.model.graph.node {
      var node = node
      guard node.opType == "Relu" else {
        nodes.append(node)
        continue
      }
      let result = node.output[0]
      node.output = ["\(result)-r"]
      if !isLeftOut { nodes.append(node) }
      let rounded = isLeftOut ? node.input[0] : "\(result)-r"
      nodes.append(
        ExportedModel.node("QuantizeLinear", [rounded, "scale", "zero"], "\(result)-q", named: "q\(result)"))
      nodes.append(
        ExportedModel.node("DequantizeLinear", ["\(result)-q", "scale", "zero"], result, named: "d\(result)"))
    }
    model.model.graph.node = nodes
    try check(model, equals: usual)
    // With another zero, what is below it stays, and there is no Relu.
    let number = model.model.graph.initializer.firstIndex { $0.name == "zero" }!
    model.model.graph.initializer[number].int32Data = [7]
    #expect(model.outcome.contains("recognised") == !isLeftOut)
  }

  // MARK: - Half floats, biases

  @Test func halvesAsNumbers() throws {
    var model = usual, expected = usual
    let values = model.model.graph.initializer[0].floatData.map { Float16($0) }
    expected.model.graph.initializer[0].floatData = values.map { Float($0) }
    model.model.graph.initializer[0].floatData = []
    model.model.graph.initializer[0].dataType = 10
    model.model.graph.initializer[0].int32Data = values.map { Int32($0.bitPattern) }
    try check(model, equals: expected)
    model.model.graph.initializer[0].int32Data.removeLast()
    #expect(model.outcome.hasSuffix("tensor v1-w: expected \(values.count) values, found \(values.count - 1)"))
  }

  @Test func convolutionsWithoutBias() throws {
    var model = usual, expected = usual
    for index in model.model.graph.node.indices where model.model.graph.node[index].opType == "Conv" {
      let bias = model.model.graph.node[index].input.removeLast()
      let number = expected.model.graph.initializer.firstIndex { $0.name == bias }!
      expected.model.graph.initializer[number].floatData.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
    }
    try check(model, equals: expected)
  }

  @Test func normalisedCheckpointsWithoutBiases() throws {
    let file = try TemporaryFile(ExportedModel(.normalized).model.serializedData())
    let network = try withExtendedLifetime(file) { try TrainedNetwork(contentsOf: file.path) }
    func read(without isLeftOut: (Convolution) -> Bool) throws -> TrainedNetwork {
      var store = network.store
      for layer in network.configuration.layers where isLeftOut(layer) { store[ParameterNames(layer.name).bias] = nil }
      return try TrainedNetwork(store)
    }
    let read = try read(without: \.isNormalized)
    for layer in network.configuration.layers {
      let bias = read.parameters[layer.name]!.bias.values, expected = network.parameters[layer.name]!.bias.values
      #expect(layer.isNormalized ? bias == expected.map { _ in 0 } : bias == expected, "\(layer.name)")
    }
    // One that is missing among others is a fault.
    let first = network.configuration.layers.first { $0.isNormalized }!.name
    let error = #expect(throws: WeightFileError.self) { _ = try self.read(network, without: first) }
    #expect(error?.problem.hasPrefix("missing") == true)
  }

  private func read(_ network: TrainedNetwork, without layer: LayerName) throws -> TrainedNetwork {
    var store = network.store
    store[ParameterNames(layer).bias] = nil
    return try TrainedNetwork(store)
  }
}
