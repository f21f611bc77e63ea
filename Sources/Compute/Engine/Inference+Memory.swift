extension Inference {
  /// What an inference takes, in bytes.
  public struct Memory: Equatable, Sendable {
    /// Of the weights that are kept transformed, once for all that share them.
    public var weights = 0
    /// Of the arena that all maps share, for each caller at the same time.
    public var maps = 0
    /// Of what threads work in, for each caller at the same time.
    public var scratch = 0
  }

  /// What one takes, exactly.
  public var memory: Memory {
    Memory(
      weights: operators.reduce(0) { $0 + $1.transformedCount } * MemoryLayout<Float>.size,
      maps: arena.buffer.count * MemoryLayout<Float>.size, scratch: scratch.count * MemoryLayout<Float>.size)
  }

  /// What an inference of `graph` will take, to be known before there is one; `memory` tells the same afterwards, but for the
  /// scratch of threads that the system has not got.
  public static func memory(
    _ graph: Graph, outputs: [Graph.ID], threads: Int, options: Options = Options()
  ) -> Memory {
    let schedule = options.schedule(graph, outputs: outputs), needs = schedule.needs(options)
    let maps = ArenaPlan(schedule.buffers(lanes: options.kernels.lanes).buffers).count
    let size = MemoryLayout<Float>.size
    return Memory(
      weights: needs.transformed * size, maps: maps * size, scratch: needs.scratch.count(workers: threads) * size)
  }
}

extension Schedule {
  /// Floats of transformed weights that are kept, and of what a run works in, beside the maps.
  func needs(_ options: Inference.Options) -> (transformed: Int, scratch: Scratch.Size) {
    var all = (transformed: 0, scratch: Scratch.Size())
    for step in steps {
      let its = needs(step, options)
      all = (all.transformed + its.transformed, all.scratch.union(its.scratch))
    }
    return all
  }

  private func needs(_ step: Step, _ options: Inference.Options) -> (transformed: Int, scratch: Scratch.Size) {
    let operands = step.operands.map { shapes[$0]! }, result = shapes[step.result]!
    // Of planar copies of all maps.
    let copies = operands.reduce(0) { $0 + $1.count } + result.count
    switch step.operation {
    case .convolution(let layer, let plan):
      switch plan.algorithm {
      case .winograd(let m):
        let blocking = WinogradBlocking(
          layer.dense, m: m, sources: operands.map(\.channels), results: [result.channels], out: result, images: 1,
          kernels: options.kernels, weightUse: options.weightUse)
        return (blocking.weightPlace == .ready ? blocking.countOfU : 0, blocking.scratchSize)
      case .unfolded:
        // Maps of one channel are planar.
        let isPlanar = operands.allSatisfy { $0.channels == 1 } && result.channels == 1
        let size = UnfoldedConvolution.scratchSize(layer.dense, out: result, lanes: options.kernels.lanes)
        return (0, Scratch.Size(shared: isPlanar ? 0 : copies, each: size.each))
      case .single, .pointwise: return (0, Scratch.Size())
      }
    case .join: return (0, Scratch.Size(shared: copies))
    case .maxPool, .averagePool, .upsample, .add, .sigmoid, .spaceToDepth: return (0, Scratch.Size())
    }
  }
}

extension Operator {
  /// Floats of transformed weights that are this one's.
  fileprivate var transformedCount: Int {
    guard let winograd, winograd.isReady else { return 0 }
    return winograd.blocking.countOfU
  }
}
