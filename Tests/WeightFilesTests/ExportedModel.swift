import Foundation
import U2NetCompute
import U2NetFiles
import U2NetNetwork
import SwiftProtobuf
import U2Net

@testable import U2NetWeightFiles

/// A U²-Net of narrow blocks as exporters write it.
struct ExportedModel {
  enum Style: String, CaseIterable {
    /// Sizes of resized maps are computed from the shapes of others.
    case dynamic
    /// They are constants.
    case fixed
    /// Version 9 of the operators, where maps are upsampled by a factor.
    case upsample
    /// Batch normalisations are nodes.
    case normalized
    /// Also what changes nothing: identities, casts from and to half floats, dropout, maps resized to their own size.
    case verbose
    /// Initializers are listed among the inputs, nodes have no names, pooling rounds down.
    case old
  }

  static let network = Configuration.custom(channels: Array(repeating: (middle: 1, output: 2), count: 11))

  var model = Onnx_ModelProto()
  private let style: Style

  /// - Parameter network: of blocks that have no average pools.
  init(_ style: Style = .dynamic, of network: Configuration = network) {
    self.style = style
    let (graph, outputs) = network.graph(height: 64, width: 64)
    model.irVersion = 6
    model.opsetImport = [.with { $0.version = style == .upsample ? 9 : 11 }]
    var names: [String] = []
    for (id, node) in graph.nodes.enumerated() {
      let operands = node.operands.map { names[$0] }, result = "v\(id)"
      switch node.operation {
      case .input: model.graph.input = [.with { $0.name = result }]
      case .convolution(let layer): add(layer, operands[0], result)
      case .maxPool: addPool(operands[0], result)
      case .upsample: addResize(operands[0], result, height: node.shape.height, like: names[0])
      case .concatenate:
        var operands = operands
        if style == .verbose {
          add("Resize", [operands[0], "", "", "sizes"], "\(result)-same", ["mode": .text("linear")])
          operands[0] = "\(result)-same"
        }
        add("Concat", operands, result, ["axis": .number(1)])
      case .add: add("Add", operands, result)
      case .sigmoid: add("Sigmoid", operands, result)
      case .averagePool: preconditionFailure("none of these blocks has one")
      }
      names.append(result)
    }
    model.graph.output = outputs.map { id in .with { $0.name = names[id] } }
    if style == .verbose { addTensor("sizes", [4], [1, 2, 64, 64]) }
    if style == .old {
      model.graph.input += model.graph.initializer.map { tensor in .with { $0.name = tensor.name } }
      for index in model.graph.node.indices { model.graph.node[index].name = "" }
    }
  }

  /// What is made of the file, or the error.
  var outcome: String {
    do {
      let file = try TemporaryFile(model.serializedData())
      return try Conversion(FilePath(file.path)).summary.joined(separator: "\n")
    } catch { return String("\(error)".drop { $0 != ":" }.dropFirst(2)) }
  }

  /// The tensors that are read, under their names.
  func tensors() throws -> [String: [Float]] {
    let file = try TemporaryFile(model.serializedData()), converted = try TemporaryFile([])
    try Conversion(FilePath(file.path)).write(to: FilePath(converted.path))
    let store = try WeightFile.read(path: converted.path).store!
    return Dictionary(uniqueKeysWithValues: store.names.map { ($0, store[$0]!.values) })
  }

  /// Place among the nodes of the `number`th of a kind, without those that compute shapes.
  func index(of kind: String, _ number: Int = 0) -> Int {
    let nodes = model.graph.node
    return nodes.indices.filter { nodes[$0].opType == kind && nodes[$0].output[0].first == "v" }[number]
  }

  // MARK: - Nodes

  enum Attribute {
    case number(Int64)
    case numbers([Int64])
    case text(String)
  }

  static func node(
    _ kind: String, _ inputs: [String], _ output: String, named name: String, _ attributes: [String: Attribute] = [:]
  ) -> Onnx_NodeProto {
    .with { node in
      (node.opType, node.input, node.output, node.name) = (kind, inputs, [output], name)
      node.attribute = attributes.sorted { $0.key < $1.key }.map { key, value in
        .with { attribute in
          attribute.name = key
          switch value {
          case .number(let number): attribute.i = number
          case .numbers(let numbers): attribute.ints = numbers
          case .text(let text): attribute.s = Data(text.utf8)
          }
        }
      }
    }
  }

  private mutating func add(
    _ kind: String, _ inputs: [String], _ output: String, _ attributes: [String: Attribute] = [:]
  ) {
    model.graph.node.append(
      Self.node(kind, inputs, output, named: "\(kind)_\(model.graph.node.count)", attributes))
  }

  private mutating func addTensor(_ name: String, _ shape: [Int], _ values: [Float]) {
    model.graph.initializer.append(
      .with {
        ($0.name, $0.dims, $0.dataType, $0.floatData) = (name, shape.map(Int64.init), 1, values)
      })
  }

  /// Values that no two tensors share.
  private mutating func addTensor(_ name: String, _ shape: [Int]) {
    let start = Float(model.graph.initializer.count + 1)
    addTensor(name, shape, (0..<shape.reduce(1, *)).map { start + Float($0) / 256 })
  }

  private mutating func add(_ layer: Convolution, _ input: String, _ result: String) {
    let pad = Int64(layer.dilation * (layer.kernel - 1) / 2), isNormalized = style == .normalized && layer.isNormalized
    addTensor("\(result)-w", layer.weightShape)
    addTensor("\(result)-b", [layer.output])
    var input = input, last = result
    if layer.hasReLU { last += "-c" }
    let sum = isNormalized ? "\(result)-n" : last
    if style == .verbose {
      add("Identity", [input], "\(result)-i")
      add("Cast", ["\(result)-i"], "\(result)-h", ["to": .number(10)])
      add("Cast", ["\(result)-h"], "\(result)-f", ["to": .number(1)])
      add("Dropout", ["\(result)-f"], "\(result)-d")
      input = "\(result)-d"
    }
    add(
      "Conv", [input, "\(result)-w", "\(result)-b"], sum,
      [
        "dilations": .numbers([Int64(layer.dilation), Int64(layer.dilation)]), "group": .number(1),
        "kernel_shape": .numbers([Int64(layer.kernel), Int64(layer.kernel)]), "pads": .numbers([pad, pad, pad, pad]),
        "strides": .numbers([1, 1]),
      ])
    if isNormalized {
      let parameters = ["gamma", "beta", "mean", "variance"].map { "\(result)-\($0)" }
      for name in parameters { addTensor(name, [layer.output]) }
      add("BatchNormalization", [sum] + parameters, last)
    }
    if layer.hasReLU { add("Relu", [last], result) }
  }

  private mutating func addPool(_ input: String, _ result: String) {
    add(
      "MaxPool", [input], result,
      [
        "kernel_shape": .numbers([2, 2]), "strides": .numbers([2, 2]), "pads": .numbers([0, 0, 0, 0]),
        "ceil_mode": .number(style == .old || style == .upsample ? 0 : 1),
      ])
  }

  private mutating func addResize(_ input: String, _ result: String, height: Int, like reference: String) {
    switch style {
    case .upsample:
      addTensor("\(result)-scales", [4], [1, 1, 2, 2])
      add("Upsample", [input, "\(result)-scales"], result, ["mode": .text("linear")])
    case .fixed:
      addTensor("\(result)-sizes", [4], [1, 2, Float(height), Float(height)])
      add(
        "Resize", [input, "", "", "\(result)-sizes"], result,
        ["mode": .text("linear"), "coordinate_transformation_mode": .text("half_pixel")])
    default:
      add("Shape", [reference], "shape-\(result)")
      add("Slice", ["shape-\(result)"], "size-\(result)")
      add("Shape", [input], "own-\(result)")
      add("Concat", ["own-\(result)", "size-\(result)"], "sizes-\(result)", ["axis": .number(0)])
      add(
        "Resize", [input, "", "", "sizes-\(result)"], result,
        ["mode": .text("linear"), "coordinate_transformation_mode": .text("pytorch_half_pixel")])
    }
  }
}
