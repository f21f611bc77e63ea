/// A network written down for one input shape: what to compute from what, in an order that works.
public struct Graph: Sendable {
  /// Index of a node; a node's operands have smaller indices than the node itself.
  public typealias ID = Int

  /// A verb of `Engine`, or a map that comes from outside.
  public enum Operation: Sendable {
    /// What the caller provides at run time.
    case input
    /// With bias, and batch normalisation and ReLU as the layer has them.
    case convolution(Convolution)
    /// 2×2 windows, stride 2.
    case maxPool
    /// To the cells of the node's own shape.
    case averagePool
    /// To the node's own shape.
    case upsample
    /// Along channels, in the operands' order.
    case concatenate
    /// Element by element, of two maps of one shape.
    case add
    /// 1 / (1 + e^−x), element by element.
    case sigmoid
  }

  /// One operation, and the map that it makes.
  public struct Node: Sendable {
    /// What makes the map.
    public let operation: Operation
    /// The nodes whose maps it reads: all of them come before this one.
    public let operands: [ID]
    /// Of the map that it makes.
    public let shape: MapShape
  }

  /// In execution order; the place of each is its ID.
  public fileprivate(set) var nodes: [Node] = []

  /// The convolution layers in execution order.
  public var layers: [Convolution] {
    nodes.compactMap { if case .convolution(let layer) = $0.operation { layer } else { nil } }
  }
}

/// Interprets a network by writing it down.
public final class GraphRecorder: Engine {
  public typealias FeatureMap = Graph.ID

  /// What was written down so far, in the order of the calls.
  public private(set) var graph = Graph()

  /// Begins with an empty graph.
  public init() {}

  /// A map that the caller provides at run time.
  public func input(_ shape: MapShape) -> Graph.ID { record(.input, [], shape) }

  public func convolution(_ x: Graph.ID, _ layer: Convolution) -> Graph.ID {
    precondition(
      shape(x).channels == layer.input, "\(layer.name) expects \(layer.input) channels, not \(shape(x).channels)")
    return record(.convolution(layer), [x], layer.result(of: shape(x)))
  }

  public func maxPool(_ x: Graph.ID) -> Graph.ID { record(.maxPool, [x], shape(x).pooled) }

  public func averagePool(_ x: Graph.ID, cells g: Int) -> Graph.ID {
    record(.averagePool, [x], shape(x).pooled(cells: g))
  }

  public func upsample(_ x: Graph.ID, like reference: Graph.ID) -> Graph.ID {
    let target = shape(reference).with(channels: shape(x).channels)
    return target == shape(x) ? x : record(.upsample, [x], target)
  }

  public func concatenate(_ maps: [Graph.ID]) -> Graph.ID {
    let shapes = maps.map(shape)
    precondition(
      shapes.allSatisfy { $0.with(channels: 1) == shapes[0].with(channels: 1) }, "cannot concatenate \(shapes)")
    return record(.concatenate, maps, shapes[0].with(channels: shapes.reduce(0) { $0 + $1.channels }))
  }

  public func add(_ a: Graph.ID, _ b: Graph.ID) -> Graph.ID {
    precondition(shape(a) == shape(b), "cannot add \(shape(a)) and \(shape(b))")
    return record(.add, [a, b], shape(a))
  }

  public func sigmoid(_ x: Graph.ID) -> Graph.ID { record(.sigmoid, [x], shape(x)) }

  private func shape(_ id: Graph.ID) -> MapShape { graph.nodes[id].shape }

  private func record(_ operation: Graph.Operation, _ operands: [Graph.ID], _ shape: MapShape) -> Graph.ID {
    graph.nodes.append(Graph.Node(operation: operation, operands: operands, shape: shape))
    return graph.nodes.count - 1
  }
}
