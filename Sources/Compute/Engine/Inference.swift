import COpenBLAS

/// Interprets a recorded network by computing it: parameters folded, memory planned once, no allocation of maps
/// while it runs.
///
/// One instance serves one caller at a time; its input and outputs live in its arena.
public final class Inference {
  private let steps: [Step]
  private let arena: OwnedFloats
  private let scratch: OwnedFloats
  private let pool: ThreadPool
  private let inputs: [Place]
  private let outputs: [Place]

  /// Plans `graph`.
  /// - Parameters:
  ///   - outputs: the nodes to keep readable after `run`.
  ///   - parameters: of every layer of the graph, batch normalisation folded (`ConvolutionParameters.folded`); a
  ///     missing layer or a wrong shape is a programming error.
  public init(_ graph: Graph, outputs: [Graph.ID], parameters: NetworkParameters, pool: ThreadPool) {
    openblas_set_num_threads(1)  // Threads are ours: OpenBLAS's own would fight with them for the cores.
    let schedule = Schedule(graph, outputs: outputs)
    let stored = schedule.buffers.keys.sorted()
    let plan = ArenaPlan(stored.map { schedule.buffers[$0]! })
    let offsets = Dictionary(uniqueKeysWithValues: zip(stored, plan.offsets))
    arena = OwnedFloats(count: plan.count)
    let base = arena.buffer.baseAddress!
    func place(_ id: Graph.ID) -> Place { Place(start: base + offsets[id]!, shape: graph.nodes[id].shape) }
    steps = schedule.steps.map { Step($0, graph: graph, parameters: parameters, place: place) }
    scratch = OwnedFloats(count: pool.threads * (steps.map(\.scratchCount).max() ?? 0))
    inputs = schedule.inputs.map(place)
    self.outputs = outputs.map(place)
    self.pool = pool
  }

  /// Memory of all feature maps together, in bytes.
  public var arenaBytes: Int { arena.buffer.count * MemoryLayout<Float>.stride }

  /// Computes the outputs from what `fill` writes into the graph's only input (C×H×W, planar).
  public func run(_ fill: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
    precondition(inputs.count == 1, "the graph has \(inputs.count) inputs")
    try fill(UnsafeMutableBufferPointer(start: inputs[0].start, count: inputs[0].shape.count))
    for step in steps { step.run(scratch: scratch.buffer.baseAddress!, pool: pool) }
  }

  /// Calls `body` with output number `index` as the last `run` left it: C×H×W, planar.
  public func withOutput<R>(_ index: Int, _ body: (UnsafeBufferPointer<Float>) throws -> R) rethrows -> R {
    try body(UnsafeBufferPointer(start: outputs[index].start, count: outputs[index].shape.count))
  }
}

/// A feature map in the arena.
private struct Place {
  let start: UnsafeMutablePointer<Float>
  let shape: MapShape

  /// One pointer per channel.
  var planes: [UnsafePointer<Float>] { (0..<shape.channels).map { UnsafePointer(start + $0 * shape.pixels) } }
}

/// One operator with its operands bound to memory.
private enum Step {
  case convolution(LoweredConvolution, ConvolutionParameters, [UnsafePointer<Float>], residual: Place?, Place)
  case maxPool(Place, Place)
  case upsample(Place, Place)
  case concatenate([Place], Place)
  case add(Place, Place, Place)
  case sigmoid(Place, Place)

  init(_ step: Schedule.Step, graph: Graph, parameters: NetworkParameters, place: (Graph.ID) -> Place) {
    let destination = place(step.result), operands = step.operands.map(place)
    switch graph.nodes[step.node].operation {
    case .input: preconditionFailure("inputs are not computed")
    case .convolution(let layer):
      guard let values = parameters[layer.name] else { preconditionFailure("no parameters for \(layer.name)") }
      precondition(
        values.weight.shape == layer.weightShape && values.bias.shape == [layer.output]
          && values.normalization == nil, "parameters of \(layer.name) do not fit or are not folded")
      self = .convolution(
        LoweredConvolution(layer, height: destination.shape.height, width: destination.shape.width),
        values, operands.flatMap(\.planes), residual: step.residual.map(place), destination)
    case .maxPool: self = .maxPool(operands[0], destination)
    case .upsample: self = .upsample(operands[0], destination)
    case .concatenate: self = .concatenate(operands, destination)
    case .add: self = .add(operands[0], operands[1], destination)
    case .sigmoid: self = .sigmoid(operands[0], destination)
    }
  }

  /// Floats of scratch that each worker needs.
  var scratchCount: Int {
    if case .convolution(let lowered, _, _, _, _) = self { lowered.scratchCount } else { 0 }
  }

  func run(scratch: UnsafeMutablePointer<Float>, pool: ThreadPool) {
    switch self {
    case .convolution(let lowered, let parameters, let planes, let residual, let out):
      parameters.weight.withUnsafeBufferPointer { weight in
        parameters.bias.withUnsafeBufferPointer { bias in
          lowered.run(
            sources: planes, weight: weight.baseAddress!, bias: bias.baseAddress!,
            residual: residual.map { UnsafePointer($0.start) }, destination: out.start, scratch: scratch, pool: pool)
        }
      }
    case .maxPool(let source, let out): Operators.maxPool(source.start, source.shape, into: out.start, pool: pool)
    case .upsample(let source, let out):
      Operators.upsample(source.start, source.shape, into: out.start, out.shape, pool: pool)
    case .concatenate(let sources, let out):
      var start = out.start
      for source in sources {
        start.update(from: source.start, count: source.shape.count)
        start += source.shape.count
      }
    case .add(let a, let b, let out): Operators.add(a.start, b.start, out.shape, into: out.start, pool: pool)
    case .sigmoid(let source, let out): Operators.sigmoid(source.start, out.shape, into: out.start, pool: pool)
    }
  }
}
