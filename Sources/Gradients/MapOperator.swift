import U2NetCompute
import U2NetPlatform

/// What happens to whole maps without trained values, and back.
struct MapOperator: TapeOperator, @unchecked Sendable {  // The jobs of a phase share out what they write.
  private enum Work {
    case maxPool, add, sigmoid, join
    case upsample(Interpolation)
    case averagePool(Cells)
    case spaceToDepth(there: SpaceToDepth, back: SpaceToDepth?)
  }

  private let work: Work
  private let context: TapeContext
  private let operands: [StoredMap]
  private let gradients: [(map: StoredMap, isFirst: Bool)?]
  private let result, resultGradient: StoredMap

  init(_ operation: Schedule.Operation, _ step: TapePlan.Step, _ maps: TapeMaps, _ context: TapeContext) {
    self.context = context
    operands = step.operands.map { maps[.value($0)] }
    gradients = step.toOperands.map { $0.map { (maps[.gradient($0.map)], $0.isFirst) } }
    result = maps[.value(step.result)]
    resultGradient = maps[.gradient(step.result)]
    work =
      switch operation {
      case .maxPool: .maxPool
      case .averagePool: .averagePool(Cells(of: operands[0].shape, in: result.shape))
      case .add: .add
      case .sigmoid: .sigmoid
      case .join: .join
      case .upsample: .upsample(Interpolation(from: operands[0].shape, to: result.shape))
      case .spaceToDepth:
        .spaceToDepth(
          there: SpaceToDepth(operands, result),
          back: gradients.contains { $0 == nil } ? nil : SpaceToDepth(gradients.map { $0!.map }, resultGradient))
      case .convolution: preconditionFailure("a convolution is no operator on maps")
      }
  }

  var scratchSize: Scratch.Size { Scratch.Size(each: operands[0].shape.width * operands[0].lanes) }

  func run(_ scratch: Scratch) {
    let kernels = context.kernels
    switch work {
    case .maxPool: Maps.maxPool(operands[0], into: result, context)
    case .add:
      context.pool.run(result.blocks) { b, _ in
        kernels.c.add(operands[0].block(b), operands[1].block(b), result.block(b), result.blockCount)
      }
    case .sigmoid: forEachValue(operands[0], from: 0, result) { x, y in y.pointee = 1 / (1 + expf(-x.pointee)) }
    case .join:
      var channel = 0
      for map in operands {
        forEachValue(result, from: channel, map) { whole, part in whole.pointee = part.pointee }
        channel += map.shape.channels
      }
    case .averagePool(let cells):
      Maps.forEachImage(result, context) { block, image, _ in
        let x = operands[0].block(block) + image * operands[0].imageCount
        let y = result.block(block) + image * result.imageCount
        for cell in 0..<cells.count { kernels.c.mean(x, cells.window(cell), y + cell * result.lanes) }
      }
    case .spaceToDepth(let there, _): context.pool.run(there.phase())
    case .upsample(let taps):
      Maps.forEachImage(result, context) { block, image, _ in
        kernels.c.upsample(
          operands[0].block(block) + image * operands[0].imageCount, Int32(operands[0].shape.width), taps.rows.start,
          taps.columns.start, result.block(block) + image * result.imageCount, Int32(result.shape.width), 0,
          Int32(result.shape.height))
      }
    }
  }

  func pullBack(_ scratch: Scratch) {
    if case .add = work {
      for case (let map, let isFirst)? in gradients { Maps.add(resultGradient, to: map, isFirst: isFirst, context) }
      return
    }
    for case (let map, true)? in gradients { Maps.clear(map, context) }
    switch work {
    case .add: break
    case .maxPool:
      if let (map, _) = gradients[0] { Maps.pullBackMaxPool(operands[0], resultGradient, into: map, context) }
    case .averagePool(let cells):
      guard let (map, _) = gradients[0] else { break }
      Maps.forEachImage(map, context) { block, image, _ in
        let dx = map.block(block) + image * map.imageCount
        let dy = resultGradient.block(block) + image * resultGradient.imageCount
        for cell in 0..<cells.count {
          context.gradientKernels.c.mean_gradient(dy + cell * map.lanes, cells.window(cell), dx)
        }
      }
    case .sigmoid:
      if let (map, _) = gradients[0] {
        for b in 0..<map.blocks {
          for i in 0..<map.blockCount {
            let y = result.block(b)[i]
            map.block(b)[i] += resultGradient.block(b)[i] * y * (1 - y)
          }
        }
      }
    case .join:
      var channel = 0
      for (operand, gradient) in zip(operands, gradients) {
        if let (map, _) = gradient {
          forEachValue(resultGradient, from: channel, map) { whole, part in part.pointee += whole.pointee }
        }
        channel += operand.shape.channels
      }
    case .spaceToDepth(_, let back): if let back { context.pool.run(back.pullBack()) }
    case .upsample(let taps):
      if let (map, _) = gradients[0] {
        Maps.pullBackUpsample(resultGradient, taps, into: map, scratch, context)
      }
    }
  }

  /// Calls `body` with the places of the same value in `whole` and in `part`, which is its channels from `first` on.
  private func forEachValue(
    _ whole: StoredMap, from first: Int, _ part: StoredMap,
    _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) {
    let lanes = whole.lanes
    for channel in 0..<part.shape.channels {
      let a = whole.block((first + channel) / lanes) + (first + channel) % lanes
      let b = part.block(channel / lanes) + channel % lanes
      for pixel in 0..<part.pixels { body(a + pixel * lanes, b + pixel * lanes) }
    }
  }
}

/// Operators on the blocks and images of blocked maps.
enum Maps {
  static func forEachImage(
    _ map: StoredMap, _ context: TapeContext, _ body: @Sendable (_ block: Int, _ image: Int, _ worker: Int) -> Void
  ) {
    context.pool.run(map.blocks * map.images) { job, worker in body(job / map.images, job % map.images, worker) }
  }

  static func clear(_ map: StoredMap, _ context: TapeContext) {
    context.pool.run(map.blocks) { b, _ in map.block(b).update(repeating: 0, count: map.blockCount) }
  }

  static func add(_ source: StoredMap, to map: StoredMap, isFirst: Bool, _ context: TapeContext) {
    forEachImage(map, context) { b, image, _ in
      let start = image * map.imageCount
      if isFirst {
        (map.block(b) + start).update(from: source.block(b) + start, count: map.imageCount)
      } else {
        context.kernels.c.add(map.block(b) + start, source.block(b) + start, map.block(b) + start, map.imageCount)
      }
    }
  }

  static func maxPool(_ x: StoredMap, into pooled: StoredMap, _ context: TapeContext) {
    forEachImage(x, context) { b, image, _ in
      context.kernels.c.max_pool(
        x.block(b) + image * x.imageCount, Int32(x.shape.height), Int32(x.shape.width),
        pooled.block(b) + image * pooled.imageCount)
    }
  }

  static func pullBackMaxPool(
    _ x: StoredMap, _ gradient: StoredMap, into dx: StoredMap, _ context: TapeContext
  ) {
    forEachImage(x, context) { b, image, _ in
      context.gradientKernels.c.pool_gradient(
        x.block(b) + image * x.imageCount, Int32(x.shape.height), Int32(x.shape.width),
        gradient.block(b) + image * gradient.imageCount, dx.block(b) + image * dx.imageCount)
    }
  }

  /// - Parameter scratch: of each worker's own, one row of dx.
  static func pullBackUpsample(
    _ dy: StoredMap, _ taps: Interpolation, into dx: StoredMap, _ scratch: Scratch, _ context: TapeContext
  ) {
    forEachImage(dx, context) { b, image, worker in
      context.gradientKernels.c.upsample_gradient(
        dy.block(b) + image * dy.imageCount, Int32(dy.shape.height), Int32(dy.shape.width), taps.rows.start,
        taps.columns.start, dx.block(b) + image * dx.imageCount, Int32(dx.shape.width), scratch.own(worker))
    }
  }
}
