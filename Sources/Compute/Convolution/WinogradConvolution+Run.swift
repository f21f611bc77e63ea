import U2NetCKernels

/// What a Winograd convolution does in a run, and what it needs for it.
extension WinogradConvolution {
  /// Memory that a run needs.
  package var scratchSize: Scratch.Size { blocking.scratchSize }

  /// What a run does.
  /// - Parameter stopwatch: gets the times of transforms and products.
  package func phases(_ scratch: Scratch, stopwatch: Stopwatch) -> [Phase] {
    switch weights {
    case .ready(let u): return phases(ready: u.start, scratch, stopwatch)
    case .onTheWay: return phases(ready: nil, scratch, stopwatch)
    case .shared:
      nonisolated(unsafe) let u = scratch.shared + (blocking.sharesTiles ? blocking.countOfV : 0)
      let transformation = Phase(jobs: blocking.groups) { group, worker in
        stopwatch.start(worker)
        transformWeights(ofGroup: group, into: u + group * blocking.groupOfU, packed: scratch.own(worker))
        stopwatch.add(.transform, worker)
      }
      return [transformation] + phases(ready: u, scratch, stopwatch)
    }
  }

  /// - Parameter ready: U of all groups; nil where each group is transformed on the way.
  private func phases(ready: UnsafePointer<Float>?, _ scratch: Scratch, _ stopwatch: Stopwatch) -> [Phase] {
    if blocking.sharesTiles { return phasesOfSharedTiles(ready: ready, scratch, stopwatch) }
    guard let u = ready else { preconditionFailure("\(layer.name): weights must be transformed ahead") }
    nonisolated(unsafe) let ready = u
    return [
      Phase(jobs: blocking.parts) { part, worker in
        stopwatch.start(worker)
        let v = scratch.own(worker), p = v + blocking.countOfV, tiles = blocking.tiles(ofPart: part)
        for block in 0..<blocking.inputBlocks { transform(tiles, ofBlock: block, into: v) }
        stopwatch.add(.transform, worker)
        for group in 0..<blocking.groups {
          multiply(v: v, u: ready + group * blocking.groupOfU, into: p, tiles: tiles.count)
          stopwatch.add(.product, worker)
          finish(group, tiles, p)
          stopwatch.add(.transform, worker)
        }
      }
    ]
  }

  private func phasesOfSharedTiles(
    ready: UnsafePointer<Float>?, _ scratch: Scratch, _ stopwatch: Stopwatch
  ) -> [Phase] {
    nonisolated(unsafe) let ready = ready
    let transformation = Phase(jobs: blocking.inputBlocks) { block, worker in
      stopwatch.start(worker)
      transform(0..<blocking.tiles, ofBlock: block, into: scratch.shared)
      stopwatch.add(.transform, worker)
    }
    let products = Phase(jobs: blocking.groups * blocking.parts) { job, worker in
      stopwatch.start(worker)
      let p = scratch.own(worker), group = job / blocking.parts, tiles = blocking.tiles(ofPart: job % blocking.parts)
      let v = scratch.shared + tiles.lowerBound * blocking.rowOfV
      if let ready {
        multiply(v: v, u: ready + group * blocking.groupOfU, into: p, tiles: tiles.count)
        stopwatch.add(.product, worker)
      } else {
        multiplyOnTheWay(
          v: v, group: group, into: p, tiles: tiles.count, scratch: p + blocking.countOfP, worker, stopwatch)
      }
      finish(group, tiles, p)
      stopwatch.add(.transform, worker)
    }
    return [transformation, products]
  }

  /// V of `tiles` of one input block.
  private func transform(_ tiles: Range<Int>, ofBlock block: Int, into v: UnsafeMutablePointer<Float>) {
    transforms.input_tiles(
      tiling.start, blocks.start + block, Int32(tiles.lowerBound), Int32(tiles.count), v + block * kernels.lanes,
      blocking.rowOfV, blocking.strideOfV)
  }

  /// P = V · U, matrix by matrix.
  private func multiply(
    v: UnsafePointer<Float>, u: UnsafePointer<Float>, into p: UnsafeMutablePointer<Float>, tiles: Int
  ) {
    for xi in 0..<blocking.n2 {
      let u = u + xi * blocking.strideOfU
      multiply(xi, v: v, u: u, into: p, tiles: tiles, channels: 0..<blocking.depth, nextU: u + blocking.strideOfU)
    }
  }

  /// P = V · U of a group whose U is made on the way, by some input channels and a row of U at a time.
  private func multiplyOnTheWay(
    v: UnsafePointer<Float>, group: Int, into p: UnsafeMutablePointer<Float>, tiles: Int,
    scratch u: UnsafeMutablePointer<Float>, _ worker: Int, _ stopwatch: Stopwatch
  ) {
    let n = blocking.n, packed = u + n * blocking.rowOfU
    for start in stride(from: 0, to: blocking.depth, by: blocking.chunk) {
      let range = start..<min(start + blocking.chunk, blocking.depth)
      packKernels(ofGroup: group, range, into: packed)
      for row in 0..<n {
        transformRow(row, of: packed, channels: range.count, into: u, step: blocking.rowOfU)
        stopwatch.add(.transform, worker)
        for x in 0..<n {
          let u = u + x * blocking.rowOfU
          multiply(
            row * n + x, v: v, u: u, into: p, tiles: tiles, channels: range, nextU: u + blocking.rowOfU)
        }
        stopwatch.add(.product, worker)
      }
    }
  }

  /// Product `xi` of some input channels, added to what P holds unless they are the first.
  private func multiply(
    _ xi: Int, v: UnsafePointer<Float>, u: UnsafePointer<Float>, into p: UnsafeMutablePointer<Float>, tiles: Int,
    channels: Range<Int>, nextU: UnsafePointer<Float>
  ) {
    let v = v + channels.lowerBound, next = xi + 1 < blocking.n2 ? xi + 1 : 0
    kernels.multiply(
      v: v + xi * blocking.strideOfV, rowOfV: blocking.rowOfV, u: u, into: p + xi * blocking.strideOfP, rows: tiles,
      depth: channels.count, vectors: blocking.vectors, isAdded: channels.lowerBound > 0,
      nextV: v + next * blocking.strideOfV, nextU: nextU)
  }

  /// The results of one group from its products.
  private func finish(_ group: Int, _ tiles: Range<Int>, _ p: UnsafePointer<Float>) {
    let first = group * blocking.vectors
    for block in first..<min(first + blocking.vectors, blocking.outputBlocks) {
      transforms.output_tiles(
        tiling.start, p + (block - first) * kernels.lanes, blocking.strideOfP, blocking.groupLanes,
        Int32(tiles.lowerBound), Int32(tiles.count), results.start + block)
    }
    if streams { ck_streamed() }
  }
}
