import U2NetCKernels

/// One step of a schedule with its algorithm chosen and its maps in memory.
struct Operator: @unchecked Sendable {  // The jobs of a phase share out what they write.
  private enum Work {
    case winograd(WinogradConvolution)
    case single(SingleConvolution)
    case pointwise(PointwiseConvolution)
    case unfolded(UnfoldedConvolution)
    case upsample(Interpolation)
    case averagePool(Cells)
    case spaceToDepth(SpaceToDepth)
    case maxPool, add, sigmoid, join
  }

  private let work: Work
  /// Of a convolution, as it was trained.
  private let layer: Convolution?
  private let operands: [StoredMap]
  private let residual: StoredMap?
  let result: StoredMap
  private let pooled: StoredMap?

  init(
    _ step: Schedule.Step, parameters: NetworkParameters, options: Inference.Options, sharing other: Operator?,
    pool: ThreadPool, stored: (Schedule.Map) -> StoredMap
  ) {
    layer = if case .convolution(let layer, _) = step.operation { layer } else { nil }
    operands = step.operands.map(stored)
    residual = step.residual.map(stored)
    result = stored(step.result)
    pooled = step.pooled.map(stored)
    switch step.operation {
    case .convolution(let asTrained, let plan):
      let layer = asTrained.dense
      func values() -> ConvolutionParameters {
        guard let values = parameters[layer.name] else { preconditionFailure("no parameters for \(layer.name)") }
        precondition(
          values.weight.shape == asTrained.weightShape && values.bias.shape == [layer.output]
            && values.normalization == nil,
          "parameters of \(layer.name) do not fit or are not folded")
        return asTrained.dense(values)
      }
      switch plan.algorithm {
      case .winograd(let m):
        let its: WinogradConvolution.Values =
          other?.readyLayer == layer.name ? .init() : .init(weight: values().weight, bias: values().bias.values)
        work = .winograd(
          WinogradConvolution(
            layer, its, sources: operands,
            into: .init(result, residual: residual, pooled: pooled), m: m, kernels: options.kernels,
            weightUse: options.weightUse, sharing: other?.winograd, pool: pool))
      case .single: work = .single(SingleConvolution(layer, values(), sources: operands, kernels: options.kernels))
      case .pointwise:
        work = .pointwise(PointwiseConvolution(layer, values(), sources: operands, kernels: options.kernels))
      case .unfolded:
        work = .unfolded(UnfoldedConvolution(layer, values(), out: result.shape, kernels: options.kernels))
      }
    case .maxPool: work = .maxPool
    case .averagePool: work = .averagePool(Cells(of: operands[0].shape, in: result.shape))
    case .upsample: work = .upsample(Interpolation(from: operands[0].shape, to: result.shape))
    case .add: work = .add
    case .sigmoid: work = .sigmoid
    case .join: work = .join
    case .spaceToDepth: work = .spaceToDepth(SpaceToDepth(operands, result))
    }
  }

  /// What a run does.
  func phases(_ scratch: Scratch, kernels: Kernels, stopwatch: Stopwatch) -> [Phase] {
    switch work {
    case .winograd(let winograd): return winograd.phases(scratch, stopwatch: stopwatch)
    case .single(let single): return [single.phase(into: result)]
    case .pointwise(let pointwise): return [pointwise.phase(into: result, residual: residual)]
    case .unfolded(let unfolded): return phases(unfolded, scratch, kernels)
    case .spaceToDepth(let taps): return [taps.phase()]
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
          var start = scratch.shared
          for map in operands {
            map.unpack(start, kernels)
            start += map.shape.count
          }
          result.pack(scratch.shared, kernels)
        }
      ]
    }
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
    let bands = (out.height + Self.band - 1) / Self.band
    return Phase(jobs: source.blocks * bands) { job, _ in
      let first = job % bands * Self.band, block = job / bands
      let upsample = source.isPlanar ? kernels.c.upsample_planar! : kernels.c.upsample!
      upsample(
        source.block(block), Int32(source.shape.width), interpolation.rows.start, interpolation.columns.start,
        result.block(block), Int32(out.width), Int32(first), Int32(min(Self.band, out.height - first)))
    }
  }

  private func add(_ a: StoredMap, _ b: StoredMap, _ kernels: Kernels) -> Phase {
    Phase(jobs: result.blocks) { i, _ in kernels.c.add(a.block(i), b.block(i), result.block(i), result.blockCount) }
  }

  /// A planar convolution, with copies of blocked maps to planes and back around it.
  private func phases(_ unfolded: UnfoldedConvolution, _ scratch: Scratch, _ kernels: Kernels) -> [Phase] {
    var next = scratch.shared, plane = unfolded.planes.start
    var blocked: [(map: StoredMap, planes: UnsafeMutablePointer<Float>)] = []
    for map in operands {
      let start = map.isPlanar ? map.start : next
      if !map.isPlanar {
        blocked.append((map, next))
        next += map.shape.count
      }
      for channel in 0..<map.shape.channels {
        plane.initialize(to: start + channel * map.shape.pixels)
        plane += 1
      }
    }
    nonisolated(unsafe) let copies = blocked, out = result.isPlanar ? result.start : next
    let before = Phase(jobs: copies.count) { job, _ in copies[job].map.unpack(copies[job].planes, kernels) }
    let after = Phase(jobs: result.isPlanar ? 0 : 1) { _, _ in result.pack(out, kernels) }
    return [before, unfolded.phase(into: out, scratch), after].filter { $0.jobs > 0 }
  }

  // MARK: - For explanations

  var name: String {
    switch work {
    case .winograd, .single, .pointwise, .unfolded: layer!.name.description
    case .maxPool: "max-pool"
    case .averagePool: "average-pool"
    case .upsample: "upsample"
    case .add: "add"
    case .sigmoid: "sigmoid"
    case .join: "join"
    case .spaceToDepth: "space-to-depth"
    }
  }

  var algorithm: String {
    switch work {
    case .winograd(let convolution):
      "F(\(convolution.blocking.m)×\(convolution.blocking.m))"
        + (operands.contains { $0.shape.height != result.shape.height } ? ", upsampling" : "")
        + (pooled == nil ? "" : ", pooling")
    case .single: "dot products"
    case .pointwise: "pointwise"
    case .unfolded: "unfolded"
    default: ""
    }
  }

  var blocking: String {
    switch work {
    case .winograd(let convolution): convolution.blocking.description
    case .unfolded(let convolution): "\(convolution.jobPixels) pixels a job"
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

  var macs: Int { layer?.macs(height: result.shape.height, width: result.shape.width) ?? 0 }
}
