import U2NetCKernels

/// One step of a schedule with its algorithm chosen and its maps in memory.
struct Operator {
  private enum Work {
    case winograd(WinogradConvolution)
    case single(SingleConvolution)
    case pointwise(PointwiseConvolution)
    case lowered(LoweredConvolution, ConvolutionParameters, planes: OwnedBuffer<UnsafePointer<Float>>)
    case upsample(Interpolation)
    case averagePool(Cells)
    case maxPool, add, sigmoid, join
  }

  private let work: Work
  private let operands: [StoredMap]
  private let residual: StoredMap?
  let result: StoredMap
  private let pooled: StoredMap?

  init(
    _ step: Schedule.Step, parameters: NetworkParameters, options: Inference.Options, sharing other: Operator?,
    pool: ThreadPool, stored: (Schedule.Map) -> StoredMap
  ) {
    operands = step.operands.map(stored)
    residual = step.residual.map(stored)
    result = stored(step.result)
    pooled = step.pooled.map(stored)
    switch step.operation {
    case .convolution(let layer):
      func values() -> ConvolutionParameters {
        guard let values = parameters[layer.name] else { preconditionFailure("no parameters for \(layer.name)") }
        precondition(
          values.weight.shape == layer.weightShape && values.bias.shape == [layer.output]
            && values.normalization == nil,
          "parameters of \(layer.name) do not fit or are not folded")
        return values
      }
      switch ConvolutionAlgorithm(
        layer, sources: operands.map(\.shape), out: result.shape, kernels: options.kernels,
        tile: options.tile)
      {
      case .winograd(let m):
        let its: WinogradConvolution.Values =
          other?.readyLayer == layer.name ? .init() : .init(weight: values().weight, bias: values().bias.values)
        work = .winograd(
          WinogradConvolution(
            layer, its, sources: operands,
            into: .init(result, residual: residual, pooled: pooled), m: m, kernels: options.kernels,
            weightUse: options.transformsWeightsAhead ? .ahead : .aheadIfReused, sharing: other?.winograd, pool: pool))
      case .single: work = .single(SingleConvolution(layer, values(), sources: operands, kernels: options.kernels))
      case .pointwise:
        work = .pointwise(PointwiseConvolution(layer, values(), sources: operands, kernels: options.kernels))
      case .lowered:
        work = .lowered(
          LoweredConvolution(layer, height: result.shape.height, width: result.shape.width), values(),
          planes: OwnedBuffer(count: layer.input))
      }
    case .maxPool: work = .maxPool
    case .averagePool: work = .averagePool(Cells(of: operands[0].shape, in: result.shape))
    case .upsample: work = .upsample(Interpolation(from: operands[0].shape, to: result.shape))
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
    case .lowered(let lowered, _, _): return (isPlanar ? 0 : copies, lowered.scratchCount)
    case .join: return (copies, 0)
    default: return (0, 0)
    }
  }

  /// What a run does.
  /// - Parameters:
  ///   - shared, own: scratch as `scratchCount` says, the latter for each worker in turn.
  func phases(
    shared: UnsafeMutablePointer<Float>, own: UnsafeMutablePointer<Float>, kernels: Kernels, stopwatch: Stopwatch
  ) -> [Phase] {
    switch work {
    case .winograd(let winograd):
      let phases = winograd.phases(shared: shared, own: own, stopwatch: stopwatch)
      guard let pooled, !winograd.canPool else { return phases }
      return phases + [maxPool(result, into: pooled, kernels)]
    case .single(let single): return [single.phase(into: result)] + finish(kernels)
    case .pointwise(let pointwise):
      return [pointwise.phase(into: result, residual: residual)]
        + (pooled.map { [maxPool(result, into: $0, kernels)] } ?? [])
    case .lowered(let lowered, let parameters, let planes):
      return self.lowered(lowered, parameters, planes, shared: shared, own: own, kernels: kernels) + finish(kernels)
    case .maxPool: return [maxPool(operands[0], into: result, kernels)]
    case .averagePool(let cells): return [averagePool(cells, kernels)]
    case .upsample(let interpolation): return [upsample(interpolation, kernels)]
    case .add: return [add(operands[0], operands[1], kernels)]
    case .sigmoid:
      precondition(result.isPlanar, "a sigmoid of \(result.shape), which has more than one channel")
      let width = result.shape.width
      return [
        Phase(jobs: result.shape.height) { y, _ in
          Planar.sigmoid(operands[0].start + y * width, count: width, into: result.start + y * width)
        }
      ]
    case .join:
      return [
        Phase(jobs: 1) { _, _ in
          var start = shared
          for map in operands {
            map.unpack(start, kernels)
            start += map.shape.count
          }
          result.pack(shared, kernels)
        }
      ]
    }
  }

  /// What a convolution that is not Winograd's leaves to do.
  private func finish(_ kernels: Kernels) -> [Phase] {
    [residual.map { add(result, $0, kernels) }, pooled.map { maxPool(result, into: $0, kernels) }].compactMap { $0 }
  }

  private func maxPool(_ source: StoredMap, into pooled: StoredMap, _ kernels: Kernels) -> Phase {
    if source.isPlanar {
      return Phase(jobs: 1) { _, _ in Planar.maxPool(source.start, source.shape, into: pooled.start) }
    }
    return Phase(jobs: source.blocks) { b, _ in
      kernels.c.max_pool(source.block(b), Int32(source.shape.height), Int32(source.shape.width), pooled.block(b))
    }
  }

  private func averagePool(_ cells: Cells, _ kernels: Kernels) -> Phase {
    let source = operands[0]
    return Phase(jobs: source.blocks * cells.count) { job, _ in
      let block = job / cells.count, cell = job % cells.count
      let mean = result.block(block) + cell * result.lanes
      if source.isPlanar {
        mean.pointee = Planar.mean(source.start, cells.window(cell))
      } else {
        kernels.c.mean(source.block(block), cells.window(cell), mean)
      }
    }
  }

  /// Rows of a job of the upsampling.
  private static let band = 16

  private func upsample(_ interpolation: Interpolation, _ kernels: Kernels) -> Phase {
    let source = operands[0], out = result.shape
    let upsample = source.isPlanar ? kernels.c.upsample_planar! : kernels.c.upsample!
    let bands = (out.height + Self.band - 1) / Self.band
    return Phase(jobs: source.blocks * bands) { job, _ in
      let first = job % bands * Self.band, block = job / bands
      upsample(
        source.block(block), Int32(source.shape.width), interpolation.rows.start, interpolation.columns.start,
        result.block(block), Int32(out.width), Int32(first), Int32(min(Self.band, out.height - first)))
    }
  }

  private func add(_ a: StoredMap, _ b: StoredMap, _ kernels: Kernels) -> Phase {
    Phase(jobs: result.blocks) { i, _ in kernels.c.add(a.block(i), b.block(i), result.block(i), result.blockCount) }
  }

  /// A planar convolution, with copies of blocked maps to planes and back around it.
  private func lowered(
    _ lowered: LoweredConvolution, _ parameters: ConvolutionParameters, _ planes: OwnedBuffer<UnsafePointer<Float>>,
    shared: UnsafeMutablePointer<Float>, own: UnsafeMutablePointer<Float>, kernels: Kernels
  ) -> [Phase] {
    var next = shared, plane = planes.start
    var copies: [(map: StoredMap, planes: UnsafeMutablePointer<Float>)] = []
    for map in operands {
      let start = map.isPlanar ? map.start : next
      if !map.isPlanar {
        copies.append((map, next))
        next += map.shape.count
      }
      for channel in 0..<map.shape.channels {
        plane.initialize(to: start + channel * map.shape.pixels)
        plane += 1
      }
    }
    let out = result.isPlanar ? result.start : next
    let convolution = lowered.phase(
      sources: planes.buffer, weight: parameters.weight, bias: parameters.bias, destination: out, scratch: own)
    let before = Phase(jobs: copies.count) { job, _ in copies[job].map.unpack(copies[job].planes, kernels) }
    let after = Phase(jobs: result.isPlanar ? 0 : 1) { _, _ in result.pack(out, kernels) }
    return [before, convolution, after].filter { $0.jobs > 0 }
  }

  // MARK: - For explanations

  var name: String {
    switch work {
    case .winograd(let convolution): convolution.layer.name.description
    case .single(let convolution): convolution.layer.name.description
    case .pointwise(let convolution): convolution.layer.name.description
    case .lowered(let convolution, _, _): convolution.layer.name.description
    case .maxPool: "max-pool"
    case .averagePool: "average-pool"
    case .upsample: "upsample"
    case .add: "add"
    case .sigmoid: "sigmoid"
    case .join: "join"
    }
  }

  var algorithm: String {
    switch work {
    case .winograd(let convolution):
      "F(\(convolution.m)×\(convolution.m))"
        + (operands.contains { $0.shape.height != result.shape.height } ? ", upsampling" : "")
        + (pooled == nil ? "" : ", pooling")
    case .single: "dot products"
    case .pointwise: "pointwise"
    case .lowered: "OpenBLAS"
    default: ""
    }
  }

  var blocking: String {
    switch work {
    case .winograd(let convolution): convolution.blocking
    case .lowered(let lowered, _, _): "\(lowered.tilePixels) pixels a job"
    default: ""
    }
  }

  /// Whether it is a convolution with transforms around its products.
  var isTransformed: Bool { winograd != nil }

  /// The layer, if neither this nor one that shares its transformed weights needs the trained values any more.
  var readyLayer: LayerName? { winograd.flatMap { $0.isReady ? $0.layer.name : nil } }

  var winograd: WinogradConvolution? {
    if case .winograd(let convolution) = work { convolution } else { nil }
  }

  var macs: Int {
    let layer: Convolution
    switch work {
    case .winograd(let convolution): layer = convolution.layer
    case .single(let convolution): layer = convolution.layer
    case .pointwise(let convolution): layer = convolution.layer
    case .lowered(let convolution, _, _): layer = convolution.layer
    default: return 0
    }
    return layer.macs(height: result.shape.height, width: result.shape.width)
  }
}
