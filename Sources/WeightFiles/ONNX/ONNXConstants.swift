import U2NetCompute
import U2NetWeightBase

/// The tensors that a graph stores: its initializers and the values of its Constant nodes, also those that it casts to
/// float or that are quantised.
struct ONNXConstants {
  private let file: String
  private let budget: MemoryBudget
  private let external: ONNXExternalData
  private var stored: [String: Onnx_TensorProto] = [:]
  private var converted: [String: Tensor] = [:]
  private var computed: [String: String] = [:]
  /// What is cast to float, by the name of the result.
  private var casts: [String: String] = [:]
  private var dequantizations: [String: Onnx_NodeProto] = [:]

  init(
    _ graph: Onnx_GraphProto, file: String, external: ONNXExternalData, budget: MemoryBudget
  ) throws(WeightFileError) {
    (self.file, self.external, self.budget) = (file, external, budget)
    for tensor in graph.initializer { try add(tensor, named: tensor.name) }
    for node in graph.node {
      guard let output = node.output.first else { continue }
      if node.opType == "Constant", let value = node.attribute.first(where: { $0.name == "value" && $0.hasT }) {
        try add(value.t, named: output)
      } else {
        computed[output] = node.opType
        if node.castsToFloat { casts[output] = node.input[0] }
        if node.isDequantization { dequantizations[output] = node }
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
    if let node = dequantizations[name], stored[node.input[0]] != nil {
      let tensor = try dequantized(by: node)
      converted[name] = tensor
      return .init(name: node.input[0], tensor: tensor)
    }
    guard let message = stored[name] else {
      let found = computed[name].map { "the output of \(printable($0))" } ?? "neither"
      throw WeightFileError(
        file: file, at: .tensor(name), "expected weights in an initializer or a Constant node, found \(found)")
    }
    let tensor = try tensor(message, of: Onnx_TensorProto.real)
    converted[name] = tensor
    return .init(name: name, tensor: tensor)
  }

  private func tensor(
    _ message: Onnx_TensorProto, of types: [Onnx_TensorProto.DataType]
  ) throws(WeightFileError) -> Tensor {
    do throws(WeightFileError) {
      return try message.tensor(of: types, external: external, budget: budget)
    } catch { throw WeightFileError(file: file, at: .tensor(message.name), error.problem) }
  }
}

// MARK: - Quantised values

extension ONNXConstants {
  /// (q − zero point) · scale, of one scale and zero point or of one for each index along an axis. Source: the definition of
  /// DequantizeLinear.
  private mutating func dequantized(by node: Onnx_NodeProto) throws(WeightFileError) -> Tensor {
    func error(_ problem: String) -> WeightFileError {
      WeightFileError(file: file, at: .tensor(node.input[0]), problem)
    }

    let quantized = try tensor(stored[node.input[0]]!, of: Onnx_TensorProto.integers), shape = quantized.shape
    let scales = try parameter(node.input[1]).tensor.values
    let zeroPoints = try zeroPoint(of: node)?.values ?? [0]
    guard node.blockSize == 0 else { throw error("expected one scale for each index of an axis, found blocks") }
    let count = max(scales.count, zeroPoints.count)
    guard [1, count].contains(scales.count), [1, count].contains(zeroPoints.count), count > 0 else {
      throw error("expected as many zero points as scales, found \(zeroPoints.count) and \(scales.count)")
    }
    var extent = 1, stride = 1
    if count > 1 {
      let axis = node.quantizedAxis < 0 ? node.quantizedAxis + shape.count : node.quantizedAxis
      guard shape.indices.contains(axis), shape[axis] == count else {
        throw error(
          "expected \(count) indices along axis \(node.quantizedAxis), found the shape \(shape.prefix(8).map { $0 })")
      }
      (extent, stride) = (count, shape[(axis + 1)...].reduce(1, *))
    }
    try budget.charge(quantized.count * MemoryLayout<Float>.size)
    return Tensor(shape: shape) { values in
      quantized.withUnsafeBufferPointer { quantized in
        for index in values.indices {
          let place = index / stride % extent
          let zeroPoint = zeroPoints[zeroPoints.count == 1 ? 0 : place], scale = scales[scales.count == 1 ? 0 : place]
          values.initializeElement(at: index, to: (quantized[index] - zeroPoint) * scale)
        }
      }
    }
  }

  private func zeroPoint(of node: Onnx_NodeProto) throws(WeightFileError) -> Tensor? {
    guard node.input.count > 2, !node.input[2].isEmpty else { return nil }
    guard let message = stored[node.input[2]] else {
      throw WeightFileError(file: file, at: .tensor(node.input[2]), "expected zero points in the file, found none")
    }
    return try tensor(message, of: Onnx_TensorProto.integers)
  }

  /// The results of nodes that quantise with the least number as zero: nothing negative is left, so exporters leave out a Relu
  /// before them.
  func rectifyingNodes(of graph: Onnx_GraphProto) throws(WeightFileError) -> Set<String> {
    var results: Set<String> = []
    for node in graph.node where node.isQuantization && node.output.count == 1 {
      guard node.input.count > 2, let message = stored[node.input[2]] else { continue }
      let least: Float = message.dataType == Int32(Onnx_TensorProto.DataType.int8.rawValue) ? -128 : 0
      guard let zeroPoint = try zeroPoint(of: node), zeroPoint.values == [least] else { continue }
      results.insert(node.output[0])
    }
    return results
  }
}
