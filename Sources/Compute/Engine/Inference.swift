import U2NetPlatform

/// Interprets a recorded network by computing it: an algorithm chosen for every layer, weights transformed and memory
/// planned once, nothing of either while it runs.
///
/// One instance serves one caller at a time; its input and outputs live in its arena.
public final class Inference {
  /// How layers are computed.
  public struct Options: Sendable {
    /// The instruction set.
    public var kernels = Kernels.fastest
    /// The m of all Winograd convolutions F(m×m, 3×3), 2 … 6; nil chooses for each layer.
    public var tile: Int?
    /// Whether all weights are transformed ahead, which takes up to 5.4 times their memory and pays from the second run
    /// on; otherwise those that a run needs just once are transformed in that run.
    public var transformsWeightsAhead = true
    /// What convolutions may do on the way; the rest is steps of their own.
    package var fusions = ConvolutionPlan.Fusions.all

    /// What is fastest for many runs.
    public init() {}

    var weightUse: WinogradConvolution.WeightUse { transformsWeightsAhead ? .ahead : .aheadIfReused }

    func schedule(_ graph: Graph, outputs: [Graph.ID]) -> Schedule {
      Schedule(graph, outputs: outputs, hasPlanarInputs: true) {
        ConvolutionPlan($0, sources: $1, out: $2, options: self)
      }
    }
  }

  /// How long one operator took.
  public struct Timing: Sendable {
    /// The layer's name, or the operator's.
    public let name: String
    /// "F(4×4)" for Winograd's with m = 4, "dot products", "pointwise" or "unfolded"; empty for what is no convolution.
    public let algorithm: String
    /// How the work is cut into jobs, for people; empty where there is no choice.
    public let blocking: String
    /// Shape of the result.
    public let shape: MapShape
    /// Multiply-accumulates of the plain definition, 0 for what is not a convolution.
    public let macs: Int
    /// From its first job's beginning to its last one's end.
    public let milliseconds: Double
    /// The share of them that a convolution spent on Winograd's transforms, 0 … 1; nil for other operators.
    public let transformShare: Double?
  }

  let operators: [Operator]
  /// What each operator does, with its scratch memory, ready before the first run: a pass allocates nothing.
  private let phases: [[Phase]]
  private let stopwatch: Stopwatch
  let arena: OwnedFloats
  let scratch: Scratch
  private let graph: Graph
  private let nodes: [Graph.ID]
  /// Those that one that shares the transformed weights needs.
  private let parameters: NetworkParameters
  private let pool: ThreadPool
  private let options: Options
  private var kernels: Kernels { options.kernels }
  private let inputs: [StoredMap]
  private let outputs: [[StoredMap]]

  /// Plans `graph`.
  /// - Parameters:
  ///   - graph: what is computed; see `GraphRecorder`.
  ///   - outputs: the nodes to keep readable after `run`.
  ///   - parameters: of every layer of the graph, batch normalisation folded (`ConvolutionParameters.folded`); a
  ///     missing layer or a wrong shape is a programming error.
  ///   - pool: whose threads work on it.
  ///   - options: how the layers are computed.
  public convenience init(
    _ graph: Graph, outputs: [Graph.ID], parameters: NetworkParameters, pool: ThreadPool, options: Options = Options()
  ) {
    self.init(graph, outputs: outputs, parameters: parameters, pool: pool, options: options, sharing: nil)
  }

  /// One more that computes what `other` does, for another caller at the same time: with memory for maps of its own, but
  /// the same transformed weights.
  public convenience init(sharing other: Inference) {
    self.init(
      other.graph, outputs: other.nodes, parameters: other.parameters, pool: other.pool, options: other.options,
      sharing: other)
  }

  private init(
    _ graph: Graph, outputs: [Graph.ID], parameters: NetworkParameters, pool: ThreadPool, options: Options,
    sharing other: Inference?
  ) {
    let kernels = options.kernels
    let schedule = options.schedule(graph, outputs: outputs)
    let (buffers, bufferOf) = schedule.buffers(lanes: kernels.lanes)
    let plan = ArenaPlan(buffers)
    arena = OwnedFloats(count: plan.count)
    let base = arena.buffer.baseAddress!
    func stored(_ map: Schedule.Map) -> StoredMap {
      StoredMap(schedule.shapes[map]!, lanes: kernels.lanes, start: base + plan.offsets[bufferOf[map]!])
    }
    operators = schedule.steps.enumerated().map { index, step in
      Operator(
        step, parameters: parameters, options: options, sharing: other?.operators[index], pool: pool, stored: stored)
    }
    let scratch = Scratch(schedule.needs(options).scratch, workers: pool.threads)
    self.scratch = scratch
    let stopwatch = Stopwatch(workers: pool.threads)
    self.stopwatch = stopwatch
    phases = operators.map { $0.phases(scratch, kernels: kernels, stopwatch: stopwatch) }
    inputs = schedule.inputs.map(stored)
    self.outputs = schedule.outputs.map { $0.map(stored) }
    self.graph = graph
    nodes = outputs
    // What is kept transformed is not kept as it was, too.
    let ready = Set(operators.compactMap(\.readyLayer))
    self.parameters = parameters.filter { !ready.contains($0.key) }
    self.pool = pool
    self.options = options
  }

  /// Computes the outputs from the graph's only input: C planes of H×W floats.
  public func run(_ input: UnsafeBufferPointer<Float>) {
    load(input)
    phases.forEach(run)
  }

  /// `run`, with the time of every operator.
  public func profile(_ input: UnsafeBufferPointer<Float>) -> [Timing] {
    load(input)
    return zip(operators, phases).map { step, phases in
      stopwatch.isOn = true
      defer { stopwatch.isOn = false }
      let time = ContinuousClock().measure { run(phases) }
      return Timing(
        name: step.name, algorithm: step.algorithm, blocking: step.blocking, shape: step.result.shape,
        macs: step.macs, milliseconds: time.inMilliseconds,
        transformShare: step.isTransformed ? stopwatch.share(.transform) : nil)
    }
  }

  private func load(_ input: UnsafeBufferPointer<Float>) {
    let count = inputs.reduce(0) { $0 + $1.shape.count }
    precondition(input.count == count, "\(input.count) values for inputs of \(count)")
    var start = input.baseAddress!
    for map in inputs {
      map.pack(start, kernels)
      start += map.shape.count
    }
  }

  private func run(_ phases: [Phase]) { for phase in phases { pool.run(phase) } }

  /// Output number `index` as the last `run` left it: C planes of H×W floats.
  public func output(_ index: Int) -> [Float] {
    let maps = outputs[index]
    let count = maps.reduce(0) { $0 + $1.shape.count }
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      var start = buffer.baseAddress!
      for map in maps {
        map.unpack(start, kernels)
        start += map.shape.count
      }
      initialized = count
    }
  }
}
