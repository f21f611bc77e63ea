import U2NetCompute

/// Interprets a recorded network for training: computes it on several images with batch statistics, and pulls the outputs'
/// gradients back through it.
///
/// Planned once like `Inference`: the schedule is the same, every operator knows how to run and how to pull back, maps and
/// gradients share one arena as their lives allow. No memory for numbers is allocated while it runs; the closures that hand
/// jobs to the threads are, some 2,200 of about 120 bytes in a training step of lite. All maps are blocked. How work is cut
/// into jobs never depends on the number of threads, so neither do results.
public final class Tape {
  let pool: ThreadPool
  let losses: OwnedBuffer<Double>
  private let kernels: Kernels
  private let operators: [any TapeOperator]
  private let arena: OwnedFloats
  private let scratch: Scratch
  private let input: StoredMap
  private let inputGradient: StoredMap?
  private let outputs: [(value: StoredMap, gradient: StoredMap)]

  /// Plans `graph`, which has one input.
  /// - Parameters:
  ///   - graph: with one input.
  ///   - outputs: the nodes whose values the loss depends on, all different.
  ///   - images: how many the input holds.
  ///   - parameters: of every layer of the graph; gradients and running statistics go there.
  ///   - pool: whose threads work on it.
  ///   - kernels: the instruction set.
  ///   - tile: the m of all Winograd convolutions F(m×m, 3×3), 2 … 6; nil chooses for each layer.
  ///   - keepsInputGradient: whether the gradient with respect to the input is computed.
  public init(
    _ graph: Graph, outputs: [Graph.ID], images: Int, parameters: TrainableParameters, pool: ThreadPool,
    kernels: Kernels = .fastest, tile: Int? = nil, keepsInputGradient: Bool = false
  ) {
    precondition(images > 0, "\(images) images")
    let (schedule, plan) = Self.plan(
      graph, outputs: outputs, images: images, kernels: kernels, tile: tile, keepsInputGradient: keepsInputGradient)
    let arena = OwnedFloats(count: plan.count)
    arena.buffer.initialize(repeating: 0)
    self.pool = pool
    self.kernels = kernels
    self.arena = arena
    let maps = TapeMaps(plan, start: arena.start)
    let context = TapeContext(
      parameters: parameters, kernels: kernels, gradientKernels: GradientKernels(kernels), pool: pool, tile: tile,
      stopwatch: Stopwatch(workers: pool.threads))
    operators = Self.operators(schedule, plan, maps, context)
    scratch = Scratch(Self.scratchSize(operators), workers: pool.threads)
    input = maps[.value(schedule.inputs[0])]
    inputGradient = keepsInputGradient ? maps[.gradient(schedule.inputs[0])] : nil
    self.outputs = schedule.outputs.map { (maps[.value($0[0])], maps[.gradient($0[0])]) }
    losses = OwnedBuffer(
      count: self.outputs.map { ($0.value.pixels + Self.lossPixels - 1) / Self.lossPixels }.max() ?? 1)
  }

  private static func plan(
    _ graph: Graph, outputs: [Graph.ID], images: Int, kernels: Kernels, tile: Int?, keepsInputGradient: Bool
  ) -> (schedule: Schedule, plan: TapePlan) {
    let schedule = Schedule(graph, outputs: outputs) {
      ConvolutionPlan(training: $0, sources: $1, out: $2, lanes: kernels.lanes, tile: tile)
    }
    precondition(schedule.inputs.count == 1, "the graph has \(schedule.inputs.count) inputs")
    precondition(
      schedule.outputs.allSatisfy { $0.count == 1 }, "a concatenation as the output of a network in training")
    return (
      schedule, TapePlan(schedule, images: images, lanes: kernels.lanes, keepsInputGradient: keepsInputGradient)
    )
  }

  private static func operators(
    _ schedule: Schedule, _ plan: TapePlan, _ maps: TapeMaps, _ context: TapeContext
  ) -> [any TapeOperator] {
    zip(schedule.steps, plan.steps).map { step, itsMaps in
      switch step.operation {
      case .convolution(let layer, let plan): ConvolutionOperator(layer, plan, itsMaps, maps, context)
      default: MapOperator(step.operation, itsMaps, maps, context)
      }
    }
  }

  private static func scratchSize(_ operators: [any TapeOperator]) -> Scratch.Size {
    operators.reduce(Scratch.Size()) { $0.union($1.scratchSize) }
  }

  /// Memory for maps, gradients and scratch, in bytes; parameters are not part of it.
  public var memory: Int { (arena.buffer.count + scratch.count) * MemoryLayout<Float>.stride }

  /// `memory` of a tape, to be known before there is one: the same to the byte where the system has all threads.
  /// - Parameters:
  ///   - graph: with one input.
  ///   - outputs: as for a tape.
  ///   - images: how many the input holds.
  ///   - layers: of the graph.
  ///   - threads: that will work on it.
  ///   - kernels: the instruction set.
  ///   - tile: the m of all Winograd convolutions, or nil.
  ///   - keepsInputGradient: whether the gradient with respect to the input is computed.
  public static func memory(
    _ graph: Graph, outputs: [Graph.ID], images: Int, layers: [Convolution], threads: Int,
    kernels: Kernels = .fastest, tile: Int? = nil, keepsInputGradient: Bool = false
  ) -> Int {
    precondition(images > 0 && threads > 0, "\(images) images, \(threads) threads")
    let (schedule, plan) = plan(
      graph, outputs: outputs, images: images, kernels: kernels, tile: tile, keepsInputGradient: keepsInputGradient)
    // Operators know what they need without their maps: nothing is read or written there.
    let maps = TapeMaps(plan, start: UnsafeMutablePointer(bitPattern: 64)!), pool = ThreadPool(threads: 1)
    let context = TapeContext(
      parameters: TrainableParameters(layers, isPlanned: true), kernels: kernels,
      gradientKernels: GradientKernels(kernels), pool: pool, tile: tile, stopwatch: Stopwatch(workers: 1))
    let scratch = scratchSize(operators(schedule, plan, maps, context))
    return (plan.count + scratch.count(workers: threads)) * MemoryLayout<Float>.stride
  }

  /// Computes the outputs from N×C×H×W floats and moves the running statistics.
  public func run(_ images: UnsafeBufferPointer<Float>) {
    load(images)
    for each in operators { each.run(scratch) }
  }

  /// Gives layers whose batch normalisation was folded into their weights one that changes nothing: the running statistics
  /// become those of the images of all passes so far, γ and β their deviation and mean.
  ///
  /// Without it a training would begin with features that have another scale than the ones the network was trained for.
  /// - Parameters:
  ///   - images: N×C×H×W floats, as for `run`.
  ///   - pass: 1 for the first images, 2 for the next …
  public func calibrate(_ images: UnsafeBufferPointer<Float>, pass: Int) {
    load(images)
    for each in operators { each.calibrate(scratch, pass: pass) }
  }

  private func load(_ images: UnsafeBufferPointer<Float>) {
    precondition(
      images.count == input.images * input.shape.count,
      "\(images.count) values for \(input.images) images of \(input.shape)")
    nonisolated(unsafe) let images = images
    pool.run(input.images * input.blocks) { [input, kernels] job, _ in
      let image = job / input.blocks, block = job % input.blocks
      kernels.c.pack(
        images.baseAddress! + image * input.shape.count + block * input.imageCount,
        Int32(input.channels(inBlock: block)), input.shape.pixels, input.block(block) + image * input.imageCount)
    }
  }

  /// Computes the parameters' gradients from those of all outputs, which `binaryCrossEntropy` or `setGradient` has set.
  public func pullBack() {
    for each in operators.reversed() { each.pullBack(scratch) }
  }

  subscript(output index: Int) -> (value: StoredMap, gradient: StoredMap) { outputs[index] }

  /// Output `index` as the last `run` left it: N×C×H×W.
  public func output(_ index: Int) -> [Float] { planes(outputs[index].value) }

  /// Sets the gradient of the loss with respect to output `index`: N×C×H×W values.
  public func setGradient(output index: Int, _ values: [Float]) {
    let map = outputs[index].gradient
    precondition(values.count == map.images * map.shape.count, "\(values.count) values for a gradient of \(map.shape)")
    values.withUnsafeBufferPointer { values in
      for image in 0..<map.images {
        for block in 0..<map.blocks {
          kernels.c.pack(
            values.baseAddress! + image * map.shape.count + block * map.imageCount,
            Int32(map.channels(inBlock: block)), map.shape.pixels, map.block(block) + image * map.imageCount)
        }
      }
    }
  }

  /// The gradient with respect to the input as the last `pullBack` left it: N×C×H×W; nil unless it was asked for.
  public var gradientOfInput: [Float]? { inputGradient.map(planes) }

  private func planes(_ map: StoredMap) -> [Float] {
    let count = map.images * map.shape.count
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      for image in 0..<map.images {
        for block in 0..<map.blocks {
          kernels.c.unpack(
            map.block(block) + image * map.imageCount, Int32(map.channels(inBlock: block)), map.shape.pixels,
            buffer.baseAddress! + image * map.shape.count + block * map.imageCount)
        }
      }
      initialized = count
    }
  }
}

/// One step of the schedule with its maps in memory, there and back.
protocol TapeOperator {
  /// Memory that it needs while it runs or pulls back.
  var scratchSize: Scratch.Size { get }
  func run(_ scratch: Scratch)
  /// `run`, as `Tape.calibrate` does it.
  func calibrate(_ scratch: Scratch, pass: Int)
  /// Adds to the gradients of what it read, from the gradient of what it made.
  func pullBack(_ scratch: Scratch)
}

extension TapeOperator {
  func calibrate(_ scratch: Scratch, pass: Int) { run(scratch) }
}

/// What all operators of a tape share.
struct TapeContext: @unchecked Sendable {  // The jobs of a phase share out what they write.
  let parameters: TrainableParameters
  let kernels: Kernels
  let gradientKernels: GradientKernels
  let pool: ThreadPool
  let tile: Int?
  let stopwatch: Stopwatch
}
