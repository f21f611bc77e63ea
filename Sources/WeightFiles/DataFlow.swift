import U2NetCompute

/// What a network does with its picture: its operations, each with those whose results it takes. Constants, shapes and
/// what changes nothing are left out, so that two descriptions of one network are equal whoever wrote them.
package struct DataFlow: Sendable {
  /// Index of a node; a node's operands have smaller indices than the node itself.
  package typealias ID = Int

  /// The names are ONNX's.
  package enum Operation: String, Sendable {
    case picture = "Picture"
    case convolution = "Conv"
    case normalization = "BatchNormalization"
    case relu = "Relu"
    case maxPool = "MaxPool"
    case averagePool = "AveragePool"
    case resize = "Resize"
    case concatenation = "Concat"
    case addition = "Add"
    case sigmoid = "Sigmoid"
  }

  struct Node: Sendable {
    let operation: Operation
    let operands: [ID]
    /// What tells it from others of its kind that take the same: an average pool's cells, a convolution's kernel and dilation.
    let form: [Int]
    /// What to call it in a message: a node's name in a file, a layer's in a network.
    let name: String
    /// How many of its kind come before it in the file.
    let ordinal: Int
    /// In what it does something else than a U²-Net's: "expected mode linear, found nearest".
    let deviation: String?
  }

  private(set) var nodes: [Node] = []
  /// The results, in the order they are given in.
  var outputs: [ID] = []
  private var counts: [Operation: Int] = [:]

  init() {}

  mutating func add(
    _ operation: Operation, _ operands: [ID], form: [Int] = [], named name: String = "", deviation: String? = nil
  ) -> ID {
    let ordinal = counts[operation, default: 0]
    counts[operation] = ordinal + 1
    nodes.append(
      Node(operation: operation, operands: operands, form: form, name: name, ordinal: ordinal, deviation: deviation))
    return nodes.count - 1
  }

  func count(_ operation: Operation) -> Int { counts[operation, default: 0] }

  /// What a recorded network does.
  /// - Parameters:
  ///   - outputs: nodes of `graph`.
  ///   - isNormalized: whether batch normalisation is a step of its own rather than part of the convolutions.
  package init(_ graph: Graph, outputs: [Graph.ID], isNormalized: Bool) {
    var results: [ID] = []
    for node in graph.nodes {
      let operands = node.operands.map { results[$0] }
      switch node.operation {
      case .input: results.append(add(.picture, operands))
      case .convolution(let layer):
        var result = add(
          .convolution, operands, form: [layer.kernel, layer.dilation], named: "\(layer.name)")
        if isNormalized && layer.isNormalized { result = add(.normalization, [result]) }
        if layer.hasReLU { result = add(.relu, [result]) }
        results.append(result)
      case .maxPool: results.append(add(.maxPool, operands))
      case .averagePool: results.append(add(.averagePool, operands, form: [node.shape.height]))
      case .upsample: results.append(add(.resize, operands))
      case .concatenate: results.append(add(.concatenation, operands))
      case .add: results.append(add(.addition, operands))
      case .sigmoid: results.append(add(.sigmoid, operands))
      }
    }
    self.outputs = outputs.map { results[$0] }
  }
}
