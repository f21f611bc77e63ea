internal import U2NetFiles
import U2NetWeightBase
import SwiftProtobuf

/// Reads the convolutions of an ONNX model, and what it does with its picture.
enum ONNXReader {
  /// - Parameter folder: where the file is, for values that lie beside it; nil: there can be none.
  static func read(
    _ bytes: UnsafeRawBufferPointer, file: String, in folder: FilePath? = nil
  ) throws(WeightFileError) -> ConvolutionSequence {
    let budget = MemoryBudget(file: file, size: bytes.count)
    let model = try decode(bytes, file: file, budget: budget)
    // Protobuf decodes many files that are not models, or cut off between fields, without complaint.
    guard model.irVersion > 0, model.hasGraph, !model.opsetImport.isEmpty else {
      throw WeightFileError(file: file, "expected an ONNX model with a version, a graph and an operator set")
    }
    let external = ONNXExternalData(in: folder, budget: budget)
    var weights = try ONNXConstants(model.graph, file: file, external: external, budget: budget)
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
      // Such as QLinearConv: of a quantised graph.
      let other = model.graph.node.first { $0.opType.contains("Conv") }
      let found = other.map {
        "node \(printable($0.name)), \(printable($0.opType)): of integers only weights are read, by way of DequantizeLinear"
      }
      throw WeightFileError(file: file, "expected a Conv node in the graph, found \(found ?? "none")")
    }
    try external.checkUnchanged()
    return ConvolutionSequence(
      source: file, metadata: try metadata(of: model, file: file), convolutions: convolutions,
      normalizations: normalizations,
      flow: try ONNXFlow.read(model, rectifying: try weights.rectifyingNodes(of: model.graph), file: file))
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
