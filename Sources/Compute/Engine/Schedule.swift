/// What `Inference` has to compute for the outputs asked for, in which order, and how long each result is needed.
///
/// Three things of the graph disappear here. What no output needs is not computed. A concatenation costs nothing: its value
/// is the list of maps that it joins, and an operation on a list is done map by map. An addition to the result of a
/// convolution that nobody else reads becomes that convolution's residual.
struct Schedule {
  /// One map of the list that is a node's value.
  struct Map: Hashable {
    let node: Graph.ID
    let index: Int
  }

  enum Operation {
    case convolution(Convolution)
    case maxPool, upsample, add, sigmoid
    /// One map of several.
    case join
  }

  struct Step {
    let operation: Operation
    let operands: [Map]
    /// Added to a convolution's result after its ReLU.
    let residual: Map?
    let result: Map
  }

  private(set) var inputs: [Map] = []
  private(set) var steps: [Step] = []
  /// The maps of each output.
  private(set) var outputs: [[Map]] = []
  private(set) var shapes: [Map: MapShape] = [:]

  init(_ graph: Graph, outputs: [Graph.ID]) {
    let readers = Self.readers(graph, outputs: outputs)
    let fused = Self.additionsFused(graph, readers: readers, outputs: outputs)
    let absorbed = Set(fused.values.map(\.addition))
    var values: [Graph.ID: [Map]] = [:]

    for (id, node) in graph.nodes.enumerated() where readers[id] != nil && !absorbed.contains(id) {
      let operands = node.operands.map { values[$0]! }
      switch node.operation {
      case .input:
        values[id] = [map(id, 0, node.shape)]
        inputs += values[id]!
      case .concatenate:
        values[id] = operands.flatMap { $0 }
      case .convolution(let layer):
        let fusion = fused[id]
        let result = map(fusion?.addition ?? id, 0, node.shape)
        let residual = fusion.map { joined(values[$0.residual]!, $0.residual, graph) }
        steps.append(
          Step(operation: .convolution(layer), operands: operands[0], residual: residual, result: result))
        values[result.node] = [result]
      case .maxPool: values[id] = each(.maxPool, operands[0], id, node.shape)
      case .upsample: values[id] = each(.upsample, operands[0], id, node.shape)
      case .sigmoid: values[id] = each(.sigmoid, operands[0], id, node.shape)
      case .add:
        let result = map(id, 0, node.shape)
        let both = zip(operands, node.operands).map { joined($0, $1, graph) }
        steps.append(Step(operation: .add, operands: both, residual: nil, result: result))
        values[id] = [result]
      }
    }
    self.outputs = outputs.map { values[$0]! }
  }

  /// Sizes and lifetimes of the maps. Inputs live from moment 0, step s runs at moment s + 1.
  func buffers(lanes: Int) -> [Map: ArenaPlan.Buffer] {
    var born: [Map: Int] = [:], lastRead: [Map: Int] = [:]
    for map in inputs { born[map] = 0 }
    for (index, step) in steps.enumerated() {
      born[step.result] = index + 1
      for map in step.operands + [step.residual].compactMap({ $0 }) { lastRead[map] = index + 1 }
    }
    for map in outputs.joined() { lastRead[map] = steps.count + 1 }
    return Dictionary(
      uniqueKeysWithValues: born.map { map, birth in
        let lifetime = birth...max(birth, lastRead[map] ?? birth)
        return (map, ArenaPlan.Buffer(count: StoredMap.count(shapes[map]!, lanes: lanes), lifetime: lifetime))
      })
  }

  private mutating func map(_ node: Graph.ID, _ index: Int, _ shape: MapShape) -> Map {
    let map = Map(node: node, index: index)
    shapes[map] = shape
    return map
  }

  /// The operation on each map of a list.
  private mutating func each(_ operation: Operation, _ maps: [Map], _ id: Graph.ID, _ shape: MapShape) -> [Map] {
    maps.enumerated().map { index, operand in
      let result = map(id, index, shape.with(channels: shapes[operand]!.channels))
      steps.append(Step(operation: operation, operands: [operand], residual: nil, result: result))
      return result
    }
  }

  /// A list as one map.
  private mutating func joined(_ maps: [Map], _ id: Graph.ID, _ graph: Graph) -> Map {
    if maps.count == 1 { return maps[0] }
    let result = map(id, -1, graph.nodes[id].shape)
    if !steps.contains(where: { $0.result == result }) {
      steps.append(Step(operation: .join, operands: maps, residual: nil, result: result))
    }
    return result
  }

  /// Node → the needed nodes that read it; only nodes that the outputs need have an entry.
  private static func readers(_ graph: Graph, outputs: [Graph.ID]) -> [Graph.ID: [Graph.ID]] {
    var readers: [Graph.ID: [Graph.ID]] = [:]
    for id in outputs { readers[id] = [] }
    for id in graph.nodes.indices.reversed() where readers[id] != nil {
      for operand in graph.nodes[id].operands { readers[operand, default: []].append(id) }
    }
    return readers
  }

  /// Convolution → the addition it absorbs and the other operand, which must exist before the convolution runs.
  private static func additionsFused(
    _ graph: Graph, readers: [Graph.ID: [Graph.ID]], outputs: [Graph.ID]
  ) -> [Graph.ID: (addition: Graph.ID, residual: Graph.ID)] {
    var fused: [Graph.ID: (addition: Graph.ID, residual: Graph.ID)] = [:]
    for (id, node) in graph.nodes.enumerated() where readers[id] != nil {
      guard case .add = node.operation else { continue }
      let pairs = [(node.operands[0], node.operands[1]), (node.operands[1], node.operands[0])]
      for (convolution, residual) in pairs where residual < convolution {
        guard case .convolution = graph.nodes[convolution].operation, readers[convolution] == [id],
          !outputs.contains(convolution)
        else { continue }
        fused[convolution] = (id, residual)
      }
    }
    return fused
  }
}
