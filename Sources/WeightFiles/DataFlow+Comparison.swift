import U2NetSafetensors

/// Comparing what a file does with what a network does, node by node.
extension DataFlow {
  /// Which of a file's nodes are the network's.
  package struct Correspondence: Sendable {
    /// For each of the network's convolutions in its order, the number of the file's.
    package fileprivate(set) var convolutions: [Int]
    /// For each of the network's batch normalisations.
    package fileprivate(set) var normalizations: [Int]
  }

  /// What a node computes is known by what it takes and what it does with it. The order of a sum's operands does not matter.
  private struct Key: Hashable {
    let operation: Operation
    let operands: [ID]
    /// But for convolutions: what is wrong with theirs is for those to say who know the layers.
    let form: [Int]

    init(_ node: Node, _ operands: [ID]) {
      operation = node.operation
      self.operands = node.operation == .addition ? operands.sorted() : operands
      form = node.operation == .convolution ? [] : node.form
    }
  }

  /// Finds each of this file's nodes in `network`.
  ///
  /// What the results do not depend on may be anything. Results may be given before or after the last sigmoid, and the last
  /// ones may be missing: but for their sizes nothing of the network is left open by the first, the fused map.
  /// - Throws: naming the first node that differs, and what `network` has in its place.
  package func correspondence(to network: DataFlow, file: String) throws(WeightFileError) -> Correspondence {
    let network = network.withoutRepetitions
    var places: [Key: [ID]] = [:]
    for (id, node) in network.nodes.enumerated() { places[Key(node, node.operands), default: []].append(id) }
    var comparison = Comparison(file: file, flow: self, network: network)
    /// Resizes that the network does not have, which change nothing where their results are joined with a map of the size
    /// that their operands have: maps of several sizes cannot be joined.
    var idle: Set<ID> = []
    let isNeeded = needed
    for (id, node) in nodes.enumerated() where isNeeded[id] {
      if let deviation = node.deviation { throw comparison.error(at: id, deviation) }
      if let first = node.operands.first(where: idle.contains),
        node.operation != .concatenation || node.operands.allSatisfy(idle.contains)
      {
        throw comparison.difference(at: first)
      }
      let operands = node.operands.map { comparison.found[$0]! }
      if let places = places[Key(node, operands)] {
        // Of two convolutions in one place only one could give its weights; several places are taken in the file's order.
        let free = node.operation == .convolution ? places.filter { comparison.names[$0] == nil } : places
        guard let place = free.first(where: { network.nodes[$0].form == node.form }) ?? free.first else {
          throw comparison.difference(at: id)
        }
        comparison.note(id, as: place)
      } else if node.operation == .resize {
        comparison.found[id] = operands[0]
        idle.insert(id)
      } else {
        throw comparison.difference(at: id)
      }
    }
    try comparison.checkOutputs(idle: idle)
    return Correspondence(
      convolutions: comparison.ordinals(of: .convolution), normalizations: comparison.ordinals(of: .normalization))
  }

  /// The same with one node for all that do the same with the same maps; convolutions differ by their weights.
  private var withoutRepetitions: DataFlow {
    var result = DataFlow(), places: [Key: ID] = [:], found: [ID] = []
    for node in nodes {
      let operands = node.operands.map { found[$0] }, key = Key(node, operands)
      if node.operation != .convolution, let place = places[key] {
        found.append(place)
      } else {
        let place = result.add(node.operation, operands, form: node.form, named: node.name)
        places[key] = place
        found.append(place)
      }
    }
    result.outputs = outputs.map { found[$0] }
    return result
  }

  /// Which nodes the outputs depend on.
  private var needed: [Bool] {
    var result = [Bool](repeating: false, count: nodes.count)
    for id in outputs { result[id] = true }
    for id in nodes.indices.reversed() where result[id] {
      for operand in nodes[id].operands { result[operand] = true }
    }
    return result
  }
}

/// How far a comparison has come, for messages.
private struct Comparison {
  let file: String
  let flow: DataFlow
  let network: DataFlow
  /// Of the file's nodes, the network's.
  var found: [DataFlow.ID?]
  /// Of the network's nodes, what the file calls them, and their number there.
  private(set) var names: [DataFlow.ID: String] = [:]
  private var ordinals: [DataFlow.ID: Int] = [:]

  init(file: String, flow: DataFlow, network: DataFlow) {
    (self.file, self.flow, self.network) = (file, flow, network)
    found = Array(repeating: nil, count: flow.nodes.count)
  }

  /// Node `id` of the file is node `place` of the network, or does the same once more.
  mutating func note(_ id: DataFlow.ID, as place: DataFlow.ID) {
    found[id] = place
    if names[place] != nil { return }
    (names[place], ordinals[place]) = (flow.nodes[id].name, flow.nodes[id].ordinal)
  }

  func ordinals(of operation: DataFlow.Operation) -> [Int] {
    network.nodes.indices.filter { network.nodes[$0].operation == operation }.compactMap { ordinals[$0] }
  }

  func checkOutputs(idle: Set<DataFlow.ID>) throws(WeightFileError) {
    guard !flow.outputs.isEmpty else {
      throw WeightFileError(file: file, "expected 1 to \(network.outputs.count) outputs of the graph, found 0")
    }
    // Whatever follows is of no use here.
    for (index, (id, expected)) in zip(flow.outputs, network.outputs).enumerated() {
      let place = found[id]!
      guard !idle.contains(id), place == expected || [place] == network.nodes[expected].operands else {
        let sides = "side1 to side6", order = network.outputs.count > 6 ? "the fused map, then \(sides)" : sides
        throw WeightFileError(
          file: file,
          "output \(index + 1) of the graph: a U²-Net's are \(order); expected \(described(expected)), "
            + "found the result of node \(flow.nodes[id].name), \(flow.nodes[id].operation.rawValue)")
      }
    }
  }

  func error(at id: DataFlow.ID, _ problem: String) -> WeightFileError {
    let node = flow.nodes[id], operands = node.operands.map { flow.nodes[$0].name }.joined(separator: ", ")
    return WeightFileError(file: file, "node \(node.name), \(node.operation.rawValue) of \(operands): \(problem)")
  }

  /// What the network has where the file has node `id`: what takes the same and has not been found yet.
  func difference(at id: DataFlow.ID) -> WeightFileError {
    let operands = flow.nodes[id].operands.compactMap { found[$0] }
    let readers = operands.lazy.map { operand in
      network.nodes.indices.filter { network.nodes[$0].operands.contains(operand) && names[$0] == nil }
    }.first { !$0.isEmpty }
    let expected = readers.map { $0.map(described).joined(separator: " or ") } ?? "nothing more"
    return error(at: id, "a U²-Net has \(expected) there")
  }

  /// "Concat of Relu_20, Relu_18" in the file's names, "Conv En_1/2" in the network's.
  private func described(_ id: DataFlow.ID) -> String {
    let node = network.nodes[id]
    let operands = node.operands.map { operand in
      let node = network.nodes[operand]
      return names[operand] ?? (node.name.isEmpty ? node.operation.rawValue : node.name)
    }
    let kind = node.name.isEmpty ? node.operation.rawValue : "\(node.operation.rawValue) \(node.name)"
    return "\(kind) of \(operands.joined(separator: ", "))"
  }
}
