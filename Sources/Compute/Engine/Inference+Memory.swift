extension Inference {
  /// What an inference takes, in bytes.
  public struct Memory: Equatable, Sendable {
    /// Of the weights that are kept transformed, once for all that share them.
    public var weights = 0
    /// Of the arena that all maps share, and of what threads work in: for each caller at the same time.
    public var maps = 0
    public var scratch = 0
  }

  /// What one takes, exactly.
  public var memory: Memory {
    Memory(
      weights: operators.reduce(0) { $0 + $1.transformedCount } * MemoryLayout<Float>.size,
      maps: arena.buffer.count * MemoryLayout<Float>.size, scratch: scratch.buffer.count * MemoryLayout<Float>.size)
  }

  /// What an inference of `graph` will take, to be known before there is one; `memory` tells the same afterwards, but for the
  /// scratch of threads that the system has not got.
  public static func memory(
    _ graph: Graph, outputs: [Graph.ID], threads: Int, options: Options = Options()
  ) -> Memory {
    let schedule = Schedule(graph, outputs: outputs), lanes = options.kernels.lanes
    let pool = ThreadPool(threads: 1)
    // Nothing is read or written there.
    let nowhere = UnsafeMutablePointer<Float>(bitPattern: 64)!
    func stored(_ map: Schedule.Map) -> StoredMap { StoredMap(schedule.shapes[map]!, lanes: lanes, start: nowhere) }
    var weights = 0, shared = 0, each = 0
    for step in schedule.steps {
      let its = Operator.counts(step, options: options, pool: pool, stored: stored)
      weights += its.weights
      (shared, each) = (max(shared, its.shared), max(each, its.each))
    }
    let maps = ArenaPlan(schedule.buffers(lanes: lanes).buffers).count, size = MemoryLayout<Float>.size
    return Memory(weights: weights * size, maps: maps * size, scratch: (shared + threads * each) * size)
  }
}

extension Operator {
  /// Floats of transformed weights that are this one's.
  fileprivate var transformedCount: Int {
    guard let winograd, winograd.isReady else { return 0 }
    return winograd.countOfU
  }

  /// Floats of transformed weights, and of scratch as `scratchCount`, of a step that is not made.
  fileprivate static func counts(
    _ step: Schedule.Step, options: Inference.Options, pool: ThreadPool, stored: (Schedule.Map) -> StoredMap
  ) -> (weights: Int, shared: Int, each: Int) {
    let operands = step.operands.map(stored), result = stored(step.result)
    let copies = operands.reduce(0) { $0 + $1.shape.count } + result.shape.count
    switch step.operation {
    case .convolution(let layer):
      switch ConvolutionAlgorithm(
        layer, sources: operands.map(\.shape), out: result.shape, kernels: options.kernels, tile: options.tile)
      {
      case .winograd(let m):
        let planned = WinogradConvolution(
          layer, .init(), sources: operands,
          into: .init(result, residual: step.residual.map(stored), pooled: step.pooled.map(stored)), m: m,
          kernels: options.kernels, weightUse: options.transformsWeightsAhead ? .ahead : .aheadIfReused,
          isPlanned: true, pool: pool)
        let scratch = planned.scratchCount
        return (planned.isReady ? planned.countOfU : 0, scratch.shared, scratch.each)
      case .lowered:
        let isPlanar = operands.allSatisfy(\.isPlanar) && result.isPlanar
        let lowered = LoweredConvolution(layer, height: result.shape.height, width: result.shape.width)
        return (0, isPlanar ? 0 : copies, lowered.scratchCount)
      case .single, .pointwise: return (0, 0, 0)
      }
    case .join: return (0, copies, 0)
    default: return (0, 0, 0)
    }
  }
}
