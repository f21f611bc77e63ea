import U2NetCompute

/// Interprets a network by writing it down as an ONNX graph, batch normalisation folded into the convolutions.
///
/// Source: ONNX's operators, version 17. A map's size is known by how it came about (`Extent`), not by its numbers: what has the
/// size of another map at 320×320 only must be resized at all other sizes.
package final class ONNXRecorder: Engine {
  /// A value of the graph.
  package struct FeatureMap {
    fileprivate let name: String
    fileprivate let channels: Int
    fileprivate let extent: Extent
  }

  /// How a map came to its rows and columns.
  fileprivate enum Extent: Hashable {
    /// ⌈·/2⌉ of the picture's, so many times.
    case halved(Int)
    /// So many cells along each side.
    case cells(Int)

    /// Half as many, rounded up.
    var halved: Extent {
      switch self {
      case .halved(let times): .halved(times + 1)
      case .cells(let cells): .cells((cells + 1) / 2)
      }
    }
  }

  /// A convolution's weight and bias in the file.
  package typealias Names = (weight: String, bias: String)

  /// Version of the operators.
  static let operators: Int64 = 17
  /// What the authors' files call the picture and, in this order, the fused map and side1 … side6.
  package static let inputName = "input.1"
  package static let outputNames = (1959...1965).map(String.init)

  private let input: ONNXInput
  let half: Bool
  let names: (LayerName) -> Names
  /// What was written down so far: all but the values of `layers`.
  private(set) var graph = Onnx_GraphProto()
  /// The convolutions in the order of the graph.
  private(set) var layers: [Convolution] = []
  /// Whether a node calls `ONNXFunctions.averagePool`.
  private(set) var hasAveragePool = false
  /// Values that are made once, by name.
  private var made: Set<String> = []

  /// Begins with an empty graph.
  /// - Parameters:
  ///   - input: which pictures it takes.
  ///   - half: whether convolutions' weights lie in the file as float16; they are cast when the graph is loaded.
  ///   - names: a layer's parameters.
  package init(_ input: ONNXInput, half: Bool, names: @escaping (LayerName) -> Names) {
    (self.input, self.half, self.names) = (input, half, names)
    graph.name = "u2net"
  }

  /// The picture.
  package func picture(channels: Int) -> FeatureMap {
    graph.input = [Self.value(Self.inputName, dimensions(channels: channels, of: .halved(0)))]
    return FeatureMap(name: Self.inputName, channels: channels, extent: .halved(0))
  }

  /// The graph's results: of logits at the picture's size their probabilities, or themselves where there are several classes, whose
  /// probabilities depend on each other.
  /// - Parameter logits: the fused map, if there is one, then side1 … side6.
  package func output(_ logits: [FeatureMap]) {
    for (map, name) in zip(logits, Self.outputNames.suffix(logits.count)) {
      _ = add(map.channels == 1 ? "Sigmoid" : "Identity", [map], channels: map.channels, map.extent, named: name)
      graph.output.append(Self.value(name, dimensions(channels: map.channels, of: map.extent)))
    }
  }

  // MARK: - The verbs

  package func convolution(_ x: FeatureMap, _ layer: Convolution) -> FeatureMap {
    layers.append(layer)
    let names = names(layer.name), side = [layer.kernel, layer.kernel], pad = layer.dilation * (layer.kernel - 1) / 2
    var weight = names.weight
    if half {
      weight += "/float"
      add("Cast", [names.weight], weight, ["to": .integer(Onnx_TensorProto.DataType.float.rawValue)])
    }
    let name = "\(layer.name)"
    add(
      "Conv", [x.name, weight, names.bias], "\(name)/Conv",
      [
        "dilations": .integers([layer.dilation, layer.dilation]), "group": .integer(1), "kernel_shape": .integers(side),
        "pads": .integers([pad, pad, pad, pad]), "strides": .integers([layer.stride, layer.stride]),
      ])
    if layer.hasReLU { add("Relu", ["\(name)/Conv"], "\(name)/Relu") }
    return FeatureMap(
      name: layer.hasReLU ? "\(name)/Relu" : "\(name)/Conv", channels: layer.output,
      extent: layer.stride == 1 ? x.extent : x.extent.halved)
  }

  package func maxPool(_ x: FeatureMap) -> FeatureMap {
    add(
      "MaxPool", [x], channels: x.channels, x.extent.halved,
      ["ceil_mode": .integer(1), "kernel_shape": .integers([2, 2]), "strides": .integers([2, 2])])
  }

  package func averagePool(_ x: FeatureMap, cells g: Int) -> FeatureMap {
    hasAveragePool = true
    let result = add(
      ONNXFunctions.averagePool.name, [x], channels: x.channels, .cells(g), [ONNXFunctions.cells: .integer(g)])
    graph.node[graph.node.count - 1].domain = ONNXFunctions.domain
    return result
  }

  package func upsample(_ x: FeatureMap, like reference: FeatureMap) -> FeatureMap {
    if x.extent == reference.extent { return x }
    let number = graph.node.count, sizes: String
    switch size(of: reference.extent) {
    case let size?:
      sizes = "sizes/\(x.channels)x\(size.height)x\(size.width)"
      once(sizes) { addConstant(sizes, [1, x.channels, size.height, size.width]) }
    case nil:
      let (own, other) = ("\(x.name)/batch", "\(reference.name)/size")
      sizes = "Sizes_\(number)"
      once(own) { add("Shape", [x.name], own, ["end": .integer(2)]) }
      once(other) { add("Shape", [reference.name], other, ["start": .integer(2)]) }
      add("Concat", [own, other], sizes, ["axis": .integer(0)])
    }
    // Neither a region of interest nor scales: exact sizes, whatever they were rounded from.
    add(
      "Resize", [x.name, "", "", sizes], "Resize_\(number)",
      ["coordinate_transformation_mode": .text("half_pixel"), "mode": .text("linear")])
    return FeatureMap(name: "Resize_\(number)", channels: x.channels, extent: reference.extent)
  }

  package func concatenate(_ maps: [FeatureMap]) -> FeatureMap {
    precondition(maps.allSatisfy { $0.extent == maps[0].extent }, "cannot concatenate maps of different sizes")
    return add(
      "Concat", maps, channels: maps.reduce(0) { $0 + $1.channels }, maps[0].extent, ["axis": .integer(1)])
  }

  package func add(_ a: FeatureMap, _ b: FeatureMap) -> FeatureMap {
    add("Add", [a, b], channels: a.channels, a.extent)
  }

  package func sigmoid(_ x: FeatureMap) -> FeatureMap { add("Sigmoid", [x], channels: x.channels, x.extent) }

  // MARK: - Nodes and values

  private func add(
    _ kind: String, _ maps: [FeatureMap], channels: Int, _ extent: Extent,
    _ attributes: [String: Onnx_AttributeProto.Value] = [:], named name: String? = nil
  ) -> FeatureMap {
    let name = name ?? "\(kind)_\(graph.node.count)"
    add(kind, maps.map(\.name), name, attributes)
    return FeatureMap(name: name, channels: channels, extent: extent)
  }

  private func add(
    _ kind: String, _ inputs: [String], _ output: String, _ attributes: [String: Onnx_AttributeProto.Value] = [:]
  ) {
    graph.node.append(Onnx_NodeProto(kind, inputs, output, attributes))
  }

  private func once(_ name: String, _ make: () -> Void) { if made.insert(name).inserted { make() } }

  private func addConstant(_ name: String, _ values: [Int]) {
    graph.initializer.append(Onnx_TensorProto(name, int64: values))
  }

  /// Rows and columns; nil where they depend on the picture.
  private func size(of extent: Extent) -> (height: Int, width: Int)? {
    guard case .fixed(let height, let width) = input else { return nil }
    switch extent {
    case .cells(let cells): return (cells, cells)
    case .halved(let times):
      return (0..<times).reduce((height, width)) { size, _ in ((size.0 + 1) / 2, (size.1 + 1) / 2) }
    }
  }

  /// N, C, H, W of the picture or of a map of its size.
  private func dimensions(channels: Int, of extent: Extent) -> [Onnx_TensorShapeProto.Dimension.OneOf_Value] {
    let channels = Int64(channels)
    guard let size = size(of: extent) else {
      return [.dimParam("batch"), .dimValue(channels), .dimParam("height"), .dimParam("width")]
    }
    return [.dimValue(1), .dimValue(channels), .dimValue(Int64(size.height)), .dimValue(Int64(size.width))]
  }

  private static func value(
    _ name: String, _ dimensions: [Onnx_TensorShapeProto.Dimension.OneOf_Value]
  ) -> Onnx_ValueInfoProto {
    .with { value in
      value.name = name
      value.type.tensorType.elemType = Int32(Onnx_TensorProto.DataType.float.rawValue)
      value.type.tensorType.shape.dim = dimensions.map { dimension in .with { $0.value = dimension } }
    }
  }
}
