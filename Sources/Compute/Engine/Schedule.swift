/// What `Inference` has to compute for the outputs asked for, in which order, and how long each result is needed.
///
/// Three things of the graph disappear here. What no output needs is not computed. A concatenation that only
/// convolutions read costs nothing: they take a list of maps. An addition to the result of a convolution that
/// nobody else reads becomes that convolution's residual.
struct Schedule {
  struct Step {
    /// The node whose operation is performed.
    let node: Graph.ID
    /// The node whose value is produced: `node` itself, or the addition fused into it.
    let result: Graph.ID
    let operands: [Graph.ID]
    /// Added to a convolution's result after its ReLU.
    let residual: Graph.ID?
  }

  let inputs: [Graph.ID]
  let steps: [Step]
  /// Sizes and lifetimes of the nodes that need memory. Inputs live from moment 0, step s runs at moment s + 1.
  let buffers: [Graph.ID: ArenaPlan.Buffer]

  init(_ graph: Graph, outputs: [Graph.ID]) {
    let readers = Self.readers(graph, outputs: outputs)
    let lists = Self.concatenationsReadAsLists(graph, readers: readers, outputs: outputs)
    let fused = Self.additionsFused(graph, readers: readers, outputs: outputs)
    let absorbed = Set(fused.values.map(\.addition)).union(lists)

    func flattened(_ id: Graph.ID) -> [Graph.ID] {
      lists.contains(id) ? graph.nodes[id].operands.flatMap(flattened) : [id]
    }

    var inputs: [Graph.ID] = [], steps: [Step] = []
    for (id, node) in graph.nodes.enumerated() where readers[id] != nil && !absorbed.contains(id) {
      if case .input = node.operation {
        inputs.append(id)
      } else {
        let fusion = fused[id]
        steps.append(
          Step(
            node: id, result: fusion?.addition ?? id, operands: node.operands.flatMap(flattened),
            residual: fusion?.residual))
      }
    }

    var born: [Graph.ID: Int] = [:], lastRead: [Graph.ID: Int] = [:]
    for id in inputs { born[id] = 0 }
    for (index, step) in steps.enumerated() {
      born[step.result] = index + 1
      for id in step.operands + [step.residual].compactMap({ $0 }) { lastRead[id] = index + 1 }
    }
    for id in outputs { lastRead[id] = steps.count + 1 }
    self.inputs = inputs
    self.steps = steps
    buffers = Dictionary(
      uniqueKeysWithValues: born.map { id, birth in
        (id, ArenaPlan.Buffer(count: graph.nodes[id].shape.count, lifetime: birth...max(birth, lastRead[id] ?? birth)))
      })
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

  private static func concatenationsReadAsLists(
    _ graph: Graph, readers: [Graph.ID: [Graph.ID]], outputs: [Graph.ID]
  ) -> Set<Graph.ID> {
    var lists: Set<Graph.ID> = []
    for (id, node) in graph.nodes.enumerated().reversed() {
      guard case .concatenate = node.operation, let readers = readers[id], !outputs.contains(id) else { continue }
      let takeLists = readers.allSatisfy { reader in
        if case .convolution = graph.nodes[reader].operation { true } else { lists.contains(reader) }
      }
      if takeLists { lists.insert(id) }
    }
    return lists
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
