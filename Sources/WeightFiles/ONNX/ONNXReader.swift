import U2NetCompute
import U2NetWeightBase
import SwiftProtobuf

/// Reads the convolutions of an ONNX model, and what it does with its picture.
enum ONNXReader {
  static func read(_ bytes: UnsafeRawBufferPointer, file: String) throws(WeightFileError) -> ConvolutionSequence {
    let budget = MemoryBudget(file: file, size: bytes.count)
    let model = try decode(bytes, file: file, budget: budget)
    // Protobuf decodes many files that are not models, or cut off between fields, without complaint.
    guard model.irVersion > 0, model.hasGraph, !model.opsetImport.isEmpty else {
      throw WeightFileError(file: file, "expected an ONNX model with a version, a graph and an operator set")
    }
    var weights = try GraphConstants(model.graph, file: file, budget: budget)
    var convolutions: [ConvolutionSequence.Convolution] = []
    var normalizations: [ConvolutionSequence.Normalization] = []
    for node in model.graph.node {
      // Others are refused with the rest of what the picture goes through.
      if node.opType == "BatchNormalization", node.input.count == 5 {
        normalizations.append(
          .init(
            gamma: try weights.parameter(node.input[1]), beta: try weights.parameter(node.input[2]),
            mean: try weights.parameter(node.input[3]), variance: try weights.parameter(node.input[4])))
      }
      guard node.opType == "Conv" else { continue }
      guard node.input.count >= 2 else {
        let problem = "expected node \(printable(node.name)) to have 2 or 3 inputs, found \(node.input.count)"
        throw WeightFileError(file: file, problem)
      }
      let bias = node.input.count > 2 && !node.input[2].isEmpty ? node.input[2] : nil
      convolutions.append(
        .init(
          node: node.name,
          weight: try weights.parameter(node.input[1]),
          bias: try bias.map { name throws(WeightFileError) in try weights.parameter(name) },
          geometry: .init(node)))
    }
    guard !convolutions.isEmpty else {
      throw WeightFileError(file: file, "expected a Conv node in the graph, found none")
    }
    return ConvolutionSequence(
      source: file, metadata: try metadata(of: model, file: file), convolutions: convolutions,
      normalizations: normalizations, flow: try ONNXFlow.read(model, file: file))
  }

  private static func metadata(
    of model: Onnx_ModelProto, file: String
  ) throws(WeightFileError) -> [String: String] {
    var result: [String: String] = [:]
    for entry in model.metadataProps where result.updateValue(entry.value, forKey: entry.key) != nil {
      throw WeightFileError(file: file, "expected one text under the metadata's \(printable(entry.key)), found two")
    }
    return result
  }

  private static func decode(
    _ bytes: UnsafeRawBufferPointer, file: String, budget: MemoryBudget
  ) throws(WeightFileError) -> Onnx_ModelProto {
    try ProtobufCost.charge(bytes, to: budget)
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    do {
      return try Onnx_ModelProto(serializedBytes: bytes.bytes, options: options)
    } catch {
      throw WeightFileError(file: file, "expected an ONNX model, found bytes that are not one: \(error)")
    }
  }
}

/// The tensors that a graph stores: its initializers and the values of its Constant nodes, also those that it casts to float.
private struct GraphConstants {
  private let file: String
  private var budget: MemoryBudget
  private var stored: [String: Onnx_TensorProto] = [:]
  private var converted: [String: Tensor] = [:]
  private var computed: [String: String] = [:]
  /// What is cast to float, by the name of the result.
  private var casts: [String: String] = [:]

  init(_ graph: Onnx_GraphProto, file: String, budget: MemoryBudget) throws(WeightFileError) {
    self.file = file
    self.budget = budget
    for tensor in graph.initializer { try add(tensor, named: tensor.name) }
    for node in graph.node {
      guard let output = node.output.first else { continue }
      if node.opType == "Constant", let value = node.attribute.first(where: { $0.name == "value" && $0.hasT }) {
        try add(value.t, named: output)
      } else {
        computed[output] = node.opType
        if node.castsToFloat { casts[output] = node.input[0] }
      }
    }
  }

  private mutating func add(_ tensor: Onnx_TensorProto, named name: String) throws(WeightFileError) {
    guard stored.updateValue(tensor, forKey: name) == nil else {
      throw WeightFileError(file: file, at: .tensor(name), "expected one tensor of this name, found two")
    }
  }

  mutating func parameter(_ result: String) throws(WeightFileError) -> ConvolutionSequence.Parameter {
    // All tensors become float32.
    let name = stored[result] == nil ? casts[result] ?? result : result
    if let tensor = converted[name] { return .init(name: name, tensor: tensor) }
    guard let message = stored[name] else {
      let found = computed[name].map { "the output of \(printable($0))" } ?? "neither"
      throw WeightFileError(
        file: file, at: .tensor(name), "expected weights in an initializer or a Constant node, found \(found)")
    }
    let tensor: Tensor
    do { tensor = try message.tensor(budget: budget) } catch {
      throw WeightFileError(file: file, at: .tensor(name), error.problem)
    }
    converted[name] = tensor
    return .init(name: name, tensor: tensor)
  }
}
