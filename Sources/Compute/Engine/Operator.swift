import CKernels

/// One step of a schedule with its algorithm chosen and its maps in memory.
struct Operator {
  private enum Work {
    case winograd(WinogradConvolution)
    case single(SingleConvolution)
    case lowered(LoweredConvolution, ConvolutionParameters)
    case maxPool, upsample, add, sigmoid, join
  }

  private let work: Work
  private let operands: [StoredMap]
  private let residual: StoredMap?
  let result: StoredMap

  init(
    _ step: Schedule.Step, parameters: NetworkParameters, options: Inference.Options, pool: ThreadPool,
    stored: (Schedule.Map) -> StoredMap
  ) {
    operands = step.operands.map(stored)
    residual = step.residual.map(stored)
    result = stored(step.result)
    switch step.operation {
    case .convolution(let layer):
      guard let values = parameters[layer.name] else { preconditionFailure("no parameters for \(layer.name)") }
      precondition(
        values.weight.shape == layer.weightShape && values.bias.shape == [layer.output] && values.normalization == nil,
        "parameters of \(layer.name) do not fit or are not folded")
      let sources = operands.map(\.shape)
      switch ConvolutionAlgorithm(layer, sources: sources, kernels: options.kernels, tile: options.tile) {
      case .winograd(let m):
        work = .winograd(
          WinogradConvolution(
            layer, values, sources: sources, m: m, kernels: options.kernels,
            transformsWeightsAhead: options.transformsWeightsAhead, pool: pool))
      case .single: work = .single(SingleConvolution(layer, values, sources: sources, kernels: options.kernels))
      case .lowered:
        work = .lowered(
          LoweredConvolution(layer, height: result.shape.height, width: result.shape.width), values)
      }
    case .maxPool: work = .maxPool
    case .upsample: work = .upsample
    case .add: work = .add
    case .sigmoid: work = .sigmoid
    case .join: work = .join
    }
  }

  /// Whether everything is planar, so that a planar algorithm needs no copies.
  private var isPlanar: Bool { operands.allSatisfy(\.isPlanar) && result.isPlanar }

  /// Floats of scratch for all workers together, and for each of them beside that.
  var scratchCount: (shared: Int, each: Int) {
    let copies = operands.reduce(0) { $0 + $1.shape.count } + result.shape.count
    switch work {
    case .winograd(let winograd): return winograd.scratchCount
    case .single(let single): return (0, single.scratchCount)
    case .lowered(let lowered, _): return (isPlanar ? 0 : copies, lowered.scratchCount)
    case .join: return (copies, 0)
    default: return (0, 0)
    }
  }

  func run(
    shared: UnsafeMutablePointer<Float>, own: UnsafeMutablePointer<Float>, kernels: Kernels, pool: ThreadPool
  ) {
    let source = operands[0], shape = source.shape, out = result.shape
    switch work {
    case .winograd(let winograd):
      winograd.run(operands, residual: residual, into: result, shared: shared, own: own, pool: pool)
    case .single(let single):
      single.run(operands, into: result, own: own, pool: pool)
      addResidual(kernels, pool)
    case .lowered(let lowered, let parameters):
      runLowered(lowered, parameters, shared: shared, own: own, kernels: kernels, pool: pool)
      addResidual(kernels, pool)
    case .maxPool:
      if source.isPlanar {
        Planar.maxPool(source.start, shape, into: result.start)
      } else {
        pool.run(source.blocks) { b, _ in
          kernels.c.max_pool(source.block(b), Int32(shape.height), Int32(shape.width), result.block(b))
        }
      }
    case .upsample:
      let upsample = source.isPlanar ? kernels.c.upsample_planar! : kernels.c.upsample!
      let bands = (out.height + Self.band - 1) / Self.band
      pool.run(source.blocks * bands) { job, _ in
        let first = job % bands * Self.band
        upsample(
          source.block(job / bands), Int32(shape.height), Int32(shape.width), result.block(job / bands),
          Int32(out.height), Int32(out.width), Int32(first), Int32(min(Self.band, out.height - first)))
      }
    case .add:
      pool.run(result.blocks) { b, _ in
        kernels.c.add(operands[0].block(b), operands[1].block(b), result.block(b), result.blockCount)
      }
    case .sigmoid:
      precondition(source.isPlanar, "a sigmoid of \(shape), which has more than one channel")
      pool.run(out.height) { y, _ in
        Planar.sigmoid(source.start + y * out.width, count: out.width, into: result.start + y * out.width)
      }
    case .join:
      var start = shared
      for map in operands {
        map.unpack(start, kernels)
        start += map.shape.count
      }
      result.pack(shared, kernels)
    }
  }

  /// Rows of a job of an operator that works row by row.
  private static let band = 16

  private func addResidual(_ kernels: Kernels, _ pool: ThreadPool) {
    guard let residual else { return }
    pool.run(result.blocks) { b, _ in
      kernels.c.add(result.block(b), residual.block(b), result.block(b), result.blockCount)
    }
  }

  /// Copies blocked maps to planes and back around a planar convolution.
  private func runLowered(
    _ lowered: LoweredConvolution, _ parameters: ConvolutionParameters, shared: UnsafeMutablePointer<Float>,
    own: UnsafeMutablePointer<Float>, kernels: Kernels, pool: ThreadPool
  ) {
    var planes: [UnsafePointer<Float>] = [], next = shared
    for map in operands {
      let start = map.isPlanar ? map.start : next
      if !map.isPlanar {
        map.unpack(next, kernels)
        next += map.shape.count
      }
      planes += (0..<map.shape.channels).map { UnsafePointer(start + $0 * map.shape.pixels) }
    }
    let out = result.isPlanar ? result.start : next
    parameters.weight.withUnsafeBufferPointer { weight in
      parameters.bias.withUnsafeBufferPointer { bias in
        lowered.run(
          sources: planes, weight: weight.baseAddress!, bias: bias.baseAddress!, destination: out, scratch: own,
          pool: pool)
      }
    }
    if !result.isPlanar { result.pack(out, kernels) }
  }

  // MARK: - For explanations

  var name: String {
    switch work {
    case .winograd(let convolution): convolution.layer.name.description
    case .single(let convolution): convolution.layer.name.description
    case .lowered(let convolution, _): convolution.layer.name.description
    case .maxPool: "max-pool"
    case .upsample: "upsample"
    case .add: "add"
    case .sigmoid: "sigmoid"
    case .join: "join"
    }
  }

  var algorithm: String {
    switch work {
    case .winograd(let convolution): "F(\(convolution.m)×\(convolution.m))"
    case .single: "dot products"
    case .lowered: "OpenBLAS"
    default: ""
    }
  }

  var blocking: String {
    switch work {
    case .winograd(let convolution): convolution.blocking
    case .lowered(let lowered, _): "\(lowered.tilePixels) pixels a job"
    default: ""
    }
  }

  var macs: Int {
    let layer: Convolution
    switch work {
    case .winograd(let convolution): layer = convolution.layer
    case .single(let convolution): layer = convolution.layer
    case .lowered(let convolution, _): layer = convolution.layer
    default: return 0
    }
    return layer.macs(height: result.shape.height, width: result.shape.width)
  }
}
