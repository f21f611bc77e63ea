import U2NetWeightBase

/// Follows the picture through a graph, so that no graph is taken for a U²-Net that does more with it, or something else.
///
/// Only convolutions and their order are read from a graph. What a U²-Net does between them is known: these operations may
/// be there, and whatever computes with shapes and constants alone. Anything else that the picture goes through is refused
/// by name: a graph that normalises its input would have it normalised twice.
struct ONNXFlow {
  private enum Value: Int {
    /// Shapes, constants and what is made of them.
    case constant
    /// The picture, before any convolution.
    case picture
    /// What convolutions made of it.
    case features
  }

  /// What changes neither a picture nor features.
  private static let neutral: Set<String> = ["Identity", "Cast", "Dropout"]
  /// What a U²-Net does with features: of those that join them, and of those that take one and constants.
  private static let joining: Set<String> = ["Concat", "Add"]
  private static let single: Set<String> = ["Relu", "MaxPool", "Resize", "Upsample", "Sigmoid"]

  /// - Throws: naming the first node that is none of these.
  static func check(_ graph: Onnx_GraphProto, file: String) throws(WeightFileError) {
    var values: [String: Value] = ["": .constant]
    for tensor in graph.initializer { values[tensor.name] = .constant }
    for (number, node) in graph.node.enumerated() {
      // A name that nothing made is the graph's input.
      let inputs = node.input.map { values[$0] ?? .picture }
      let most = node.opType == "Constant" ? .constant : inputs.max { $0.rawValue < $1.rawValue } ?? .constant
      let result = try result(of: node, number: number, inputs, most, file: file)
      for output in node.output { values[output] = result }
    }
  }

  private static func result(
    of node: Onnx_NodeProto, number: Int, _ inputs: [Value], _ most: Value, file: String
  ) throws(WeightFileError) -> Value {
    let kind = node.opType
    if most == .constant || ["Shape", "Size"].contains(kind) { return .constant }
    if kind == "Conv" { return .features }
    if neutral.contains(kind) { return most }
    if most == .features {
      if single.contains(kind), inputs.dropFirst().allSatisfy({ $0 == .constant }) { return .features }
      if joining.contains(kind), inputs.allSatisfy({ $0 == .features }) { return .features }
    }
    let name = node.name.isEmpty ? "number \(number)" : printable(node.name)
    let problem =
      most == .picture
      ? "it works on the picture before the first convolution, where u2net has normalised it already; "
        + "export the network without it"
      : "a U²-Net with batch normalisation folded in has no such operation on its maps; export the bare network"
    throw WeightFileError(file: file, "node \(name), \(printable(kind)): \(problem)")
  }
}
