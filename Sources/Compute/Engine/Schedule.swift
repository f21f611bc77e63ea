extension Graph {
  /// Whether node `id` is a convolution with stride 2.
  fileprivate func isStrided(_ id: ID) -> Bool {
    if case .convolution(let layer) = nodes[id].operation { layer.stride > 1 } else { false }
  }
}

/// What `Inference` has to compute for the outputs asked for, in which order, and how long each result is needed.
///
/// Much of the graph disappears here. What no output needs is not computed. A concatenation costs nothing: its value
/// is the list of maps that it joins, and an operation on a list is done map by map. An addition to the result of a
/// convolution that nobody else reads becomes that convolution's residual, max-pooling of its result is done by the
/// convolution, and upsampling by the convolution that reads the result, on the way: each where its plan says that it does.
package struct Schedule {
  /// One map of the list that is a node's value.
  package struct Map: Hashable {
    package let node: Graph.ID
    package let index: Int
  }

  package enum Operation {
    /// A layer with stride 2 reads one map, which `spaceToDepth` has made, and is computed as its `dense` one.
    case convolution(Convolution, ConvolutionPlan)
    case maxPool, averagePool, upsample, add, sigmoid
    /// Several maps to one of half their size, with the pixels of even and odd rows and columns as channels.
    case spaceToDepth
    /// One map of several.
    case join
  }

  package struct Step {
    package let operation: Operation
    /// A convolution resizes those that are smaller than its result.
    package let operands: [Map]
    /// Added to a convolution's result after its ReLU.
    package var residual: Map? = nil
    package let result: Map
    /// A convolution's result, max-pooled.
    package var pooled: Map? = nil
  }

  package private(set) var inputs: [Map] = []
  package private(set) var steps: [Step] = []
  /// The maps of each output.
  package private(set) var outputs: [[Map]] = []
  package private(set) var shapes: [Map: MapShape] = [:]
  /// Upsampled maps that no step has made yet, and what they are made from.
  private var upsampled: [Map: Map] = [:]

  /// - Parameters:
  ///   - hasPlanarInputs: whether an input may be as many maps of one channel.
  ///   - plan: how to compute a convolution of stride 1, from the channels of the maps that it reads as one and the shape of
  ///     its result.
  package init(
    _ graph: Graph, outputs: [Graph.ID], hasPlanarInputs: Bool = false,
    plan: (_ layer: Convolution, _ sources: [Int], _ out: MapShape) -> ConvolutionPlan
  ) {
    let readers = Self.readers(graph, outputs: outputs)
    let plans = Self.plans(graph, needed: readers.keys, plan)
    let fused = Self.additionsFused(graph, plans, readers: readers, outputs: outputs)
    let absorbed = Set(fused.values.map(\.addition))
    var values: [Graph.ID: [Map]] = [:]

    for (id, node) in graph.nodes.enumerated() where readers[id] != nil && !absorbed.contains(id) {
      let operands = node.operands.map { values[$0]! }
      switch node.operation {
      case .input:
        // What is taken apart at once need not be put together first.
        let isApart = hasPlanarInputs && readers[id]!.allSatisfy(graph.isStrided)
        values[id] =
          isApart
          ? (0..<node.shape.channels).map { map(id, $0, node.shape.with(channels: 1)) } : [map(id, 0, node.shape)]
        inputs += values[id]!
      case .concatenate:
        values[id] = operands.flatMap { $0 }
      case .convolution(let layer):
        let fusion = fused[id], plan = plans[id]!
        let result = map(fusion?.addition ?? id, 0, node.shape)
        let residual = fusion.map { joined(values[$0.residual]!, $0.residual, graph) }
        let sources =
          layer.stride > 1
          ? [spaceToDepth(operands[0], node.operands[0], like: node.shape)]
          : operands[0].map { plan.fusions.contains(.upsampling) ? upsampled[$0] ?? $0 : made($0) }
        steps.append(
          Step(operation: .convolution(layer, plan), operands: sources, residual: residual, result: result))
        values[result.node] = [result]
      case .maxPool: values[id] = operands[0].enumerated().map { pooled(made($1), map(id, $0, like: $1, node)) }
      case .upsample:
        values[id] = operands[0].enumerated().map { index, operand in
          let result = map(id, index, like: operand, node)
          upsampled[result] = made(operand)
          return result
        }
      case .averagePool, .sigmoid:
        let operation: Operation = if case .sigmoid = node.operation { .sigmoid } else { .averagePool }
        values[id] = operands[0].enumerated().map { index, operand in
          let result = map(id, index, like: operand, node)
          steps.append(Step(operation: operation, operands: [made(operand)], result: result))
          return result
        }
      case .add:
        let result = map(id, 0, node.shape)
        let both = zip(operands, node.operands).map { joined($0, $1, graph) }
        steps.append(Step(operation: .add, operands: both, result: result))
        values[id] = [result]
      }
    }
    self.outputs = outputs.map { values[$0]!.map { made($0) } }
  }

  /// Sizes and lifetimes of the maps' memory. Inputs live from moment 0, step s runs at moment s + 1.
  ///
  /// A residual that nobody reads afterwards gives its memory to the result, where the convolution's plan allows it.
  /// - Returns: the buffers, and for each map the number of the one that it lies in.
  package func buffers(lanes: Int) -> (buffers: [ArenaPlan.Buffer], of: [Map: Int]) {
    var lastRead: [Map: Int] = [:]
    for (index, step) in steps.enumerated() {
      for map in step.operands + [step.residual].compactMap({ $0 }) { lastRead[map] = index + 1 }
    }
    for map in outputs.joined() { lastRead[map] = steps.count + 1 }

    var buffers: [ArenaPlan.Buffer] = [], number: [Map: Int] = [:]
    func make(_ map: Map, at moment: Int) {
      number[map] = buffers.count
      buffers.append(
        ArenaPlan.Buffer(
          count: StoredMap.count(shapes[map]!, lanes: lanes), lifetime: moment...max(moment, lastRead[map] ?? moment)))
    }
    for map in inputs { make(map, at: 0) }
    for (index, step) in steps.enumerated() {
      let moment = index + 1
      if let residual = step.residual, let taken = number[residual], lastRead[residual] == moment,
        canReplace(residual, step)
      {
        number[step.result] = taken
        let buffer = buffers[taken]
        buffers[taken] = ArenaPlan.Buffer(
          count: buffer.count, lifetime: buffer.lifetime.lowerBound...max(moment, lastRead[step.result] ?? moment))
      } else {
        make(step.result, at: moment)
      }
      if let pooled = step.pooled { make(pooled, at: moment) }
    }
    return (buffers, number)
  }

  /// Whether the step never reads a pixel of its residual after it wrote one of the result at the same place.
  private func canReplace(_ residual: Map, _ step: Step) -> Bool {
    guard case .convolution(_, let plan) = step.operation else { return false }
    return plan.fusions.contains(.residualInPlace) && !step.operands.contains(residual)
  }

  private mutating func map(_ node: Graph.ID, _ index: Int, _ shape: MapShape) -> Map {
    let map = Map(node: node, index: index)
    shapes[map] = shape
    return map
  }

  /// Number `index` of the list that is the node's value, with as many channels as `operand`.
  private mutating func map(_ id: Graph.ID, _ index: Int, like operand: Map, _ node: Graph.Node) -> Map {
    map(id, index, node.shape.with(channels: shapes[operand]!.channels))
  }

  /// `map`, upsampled by now if it has to be.
  private mutating func made(_ map: Map) -> Map {
    if let source = upsampled.removeValue(forKey: map) {
      steps.append(Step(operation: .upsample, operands: [source], result: map))
    }
    return map
  }

  /// `operand` max-pooled, by the convolution that makes it or by a step of its own.
  private mutating func pooled(_ operand: Map, _ result: Map) -> Map {
    if let maker = steps.lastIndex(where: { $0.result == operand }),
      case .convolution(_, let plan) = steps[maker].operation,
      plan.fusions.contains(.pooling), steps[maker].pooled == nil
    {
      steps[maker].pooled = result
    } else {
      steps.append(Step(operation: .maxPool, operands: [operand], result: result))
    }
    return result
  }

  /// What a layer of stride 2 reads instead of a list: one map for all that do.
  private mutating func spaceToDepth(_ maps: [Map], _ id: Graph.ID, like out: MapShape) -> Map {
    let result = map(id, -2, out.with(channels: 4 * maps.reduce(0) { $0 + shapes[$1]!.channels }))
    if !steps.contains(where: { $0.result == result }) {
      steps.append(Step(operation: .spaceToDepth, operands: maps.map { made($0) }, result: result))
    }
    return result
  }

  /// A list as one map.
  private mutating func joined(_ maps: [Map], _ id: Graph.ID, _ graph: Graph) -> Map {
    if maps.count == 1 { return made(maps[0]) }
    let result = map(id, -1, graph.nodes[id].shape)
    if !steps.contains(where: { $0.result == result }) {
      steps.append(Step(operation: .join, operands: maps.map { made($0) }, result: result))
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

  /// Convolution → how it is computed, for those that are needed.
  private static func plans(
    _ graph: Graph, needed: Dictionary<Graph.ID, [Graph.ID]>.Keys,
    _ plan: (_ layer: Convolution, _ sources: [Int], _ out: MapShape) -> ConvolutionPlan
  ) -> [Graph.ID: ConvolutionPlan] {
    /// Of each node's value the channels of its maps.
    var channels: [[Int]] = [], plans: [Graph.ID: ConvolutionPlan] = [:]
    for (id, node) in graph.nodes.enumerated() {
      switch node.operation {
      case .input, .add, .convolution: channels.append([node.shape.channels])
      case .concatenate: channels.append(node.operands.flatMap { channels[$0] })
      case .maxPool, .averagePool, .upsample, .sigmoid: channels.append(channels[node.operands[0]])
      }
      guard case .convolution(let layer) = node.operation, needed.contains(id) else { continue }
      let sources = channels[node.operands[0]]
      plans[id] = plan(layer.dense, layer.stride > 1 ? [4 * sources.reduce(0, +)] : sources, node.shape)
    }
    return plans
  }

  /// Convolution → the addition it absorbs and the other operand, which must exist before the convolution runs.
  private static func additionsFused(
    _ graph: Graph, _ plans: [Graph.ID: ConvolutionPlan], readers: [Graph.ID: [Graph.ID]], outputs: [Graph.ID]
  ) -> [Graph.ID: (addition: Graph.ID, residual: Graph.ID)] {
    var fused: [Graph.ID: (addition: Graph.ID, residual: Graph.ID)] = [:]
    for (id, node) in graph.nodes.enumerated() where readers[id] != nil {
      guard case .add = node.operation else { continue }
      let pairs = [(node.operands[0], node.operands[1]), (node.operands[1], node.operands[0])]
      for (convolution, residual) in pairs where residual < convolution {
        guard let plan = plans[convolution], plan.fusions.contains(.residual), readers[convolution] == [id],
          !outputs.contains(convolution)
        else { continue }
        fused[convolution] = (id, residual)
      }
    }
    return fused
  }
}
