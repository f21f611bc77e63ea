import U2NetWeightBase

/// Follows the picture through a graph, so that no graph is taken for a U²-Net that does more with it, or something else.
///
/// These operations may be there, and whatever computes with shapes and constants alone. Anything else that the picture
/// goes through is refused by name: a graph that normalises its input would have it normalised twice. Whether the
/// operations are a U²-Net's, each in its place, is for `DataFlow` to tell.
struct ONNXFlow {
  private enum Value {
    /// Shapes, constants and what is made of them.
    case constant
    /// The picture, or what became of it.
    case map(DataFlow.ID)
  }

  /// What changes neither a picture nor features.
  private static let neutral: Set<String> = ["Identity", "Cast", "Dropout"]
  /// What a U²-Net does with features: of those that join them, and of those that take one and constants.
  private static let joining: [String: DataFlow.Operation] = ["Concat": .concatenation, "Add": .addition]
  private static let single: [String: DataFlow.Operation] = [
    "Relu": .relu, "MaxPool": .maxPool, "Resize": .resize, "Upsample": .resize, "Sigmoid": .sigmoid,
    "BatchNormalization": .normalization,
  ]

  private let file: String
  /// Of the operators.
  private let version: Int64
  /// Results that have no negative values, of nodes that change nothing else.
  private let rectifying: Set<String>
  /// Whether the file's function for it is ours.
  private let hasAveragePool: Bool
  private var values: [String: Value] = ["": .constant]
  private var flow = DataFlow()

  /// - Throws: naming the first node that does none of these, or takes what nothing before it makes.
  static func read(
    _ model: Onnx_ModelProto, rectifying: Set<String>, file: String
  ) throws(WeightFileError) -> DataFlow {
    var reader = ONNXFlow(model, rectifying: rectifying, file: file)
    for (number, node) in model.graph.node.enumerated() {
      try reader.follow(node, named: node.name.isEmpty ? "number \(number)" : printable(node.name))
    }
    for output in model.graph.output {
      guard case .map(let id) = reader.values[output.name] else {
        throw WeightFileError(
          file: file, "output \(printable(output.name)): nothing in the graph makes it of the picture")
      }
      reader.flow.outputs.append(id)
    }
    return reader.flow
  }

  private init(_ model: Onnx_ModelProto, rectifying: Set<String>, file: String) {
    (self.file, self.rectifying) = (file, rectifying)
    version = model.opsetImport.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }?.version ?? 0
    hasAveragePool = model.functions == [ONNXFunctions.averagePool]
    for tensor in model.graph.initializer { values[tensor.name] = .constant }
    // Old files list the initializers among the inputs.
    if let input = model.graph.input.first(where: { values[$0.name] == nil }) {
      values[input.name] = .map(flow.add(.picture, [], named: "the picture"))
    }
  }

  private mutating func follow(_ node: Onnx_NodeProto, named name: String) throws(WeightFileError) {
    var operands: [DataFlow.ID] = []
    for input in node.input {
      guard let value = values[input] else {
        throw WeightFileError(
          file: file,
          "node \(name), \(printable(node.opType)): it takes \(printable(input)), which is neither the graph's input nor "
            + "made by a node before it")
      }
      if case .map(let id) = value { operands.append(id) }
    }
    let result = try result(of: node, named: name, operands)
    for (number, output) in node.output.enumerated() where !output.isEmpty {
      let isNew =
        if case .constant = result { values.updateValue(.constant, forKey: output) == nil } else {
          // What else operations give, such as the places of maxima, nobody may take.
          number > 0 || values.updateValue(result, forKey: output) == nil
        }
      guard isNew else {
        throw WeightFileError(file: file, "expected one value \(printable(output)), found two: node \(name)")
      }
    }
  }

  private mutating func result(
    of node: Onnx_NodeProto, named name: String, _ operands: [DataFlow.ID]
  ) throws(WeightFileError) -> Value {
    let kind = node.opType
    if operands.isEmpty || ["Shape", "Size"].contains(kind) { return .constant }
    // Maps are quantised to save time elsewhere, not because it changes what is computed.
    if node.isQuantization || node.isDequantization, operands.count == 1 {
      let isSum = [.convolution, .normalization].contains(flow.nodes[operands[0]].operation)
      return .map(isSum && rectifying.contains(node.output[0]) ? flow.add(.relu, operands, named: name) : operands[0])
    }
    let isPicture = operands.allSatisfy { flow.nodes[$0].operation == .picture }
    // Of several, what is made of constants alone must be none.
    let leads = values[node.input[0]].map { if case .map = $0 { true } else { false } } ?? false
    if node.domain.isEmpty || node.domain == "ai.onnx", leads {
      if kind == "Conv", operands.count == 1 {
        return .map(flow.add(.convolution, operands, form: node.convolutionForm, named: name))
      }
      if Self.neutral.contains(kind), operands.count == 1, node.isNeutral { return .map(operands[0]) }
      if !isPicture {
        if let operation = Self.single[kind], operands.count == 1, kind != "BatchNormalization" || node.input.count == 5
        {
          return .map(flow.add(operation, operands, named: name, deviation: node.deviation(version: version)))
        }
        if let operation = Self.joining[kind], operands.count == node.input.count {
          return .map(flow.add(operation, operands, named: name, deviation: node.deviation(version: version)))
        }
      }
    }
    if node.domain == ONNXFunctions.domain, kind == ONNXFunctions.averagePool.name, hasAveragePool,
      operands.count == node.input.count, let cells = node.cells
    {
      return .map(flow.add(.averagePool, operands, form: [cells], named: name))
    }
    let problem =
      isPicture
      ? "it works on the picture before the first convolution, where u2net has normalised it already; "
        + "export the network without it"
      : "a U²-Net with batch normalisation folded in has no such operation on its maps; export the bare network"
    throw WeightFileError(file: file, "node \(name), \(printable(kind)): \(problem)")
  }
}
