import U2NetCKernels

/// What a Winograd convolution does in a run, and what it needs for it.
extension WinogradConvolution {
  /// Floats that all workers share, and floats that each needs beside them.
  package var scratchCount: (shared: Int, each: Int) {
    let v = n2 * strideOfV
    let (shared, each) = sharesTiles ? (v, n2 * strideOfP) : (0, v + n2 * strideOfP)
    return switch weights {
    case .ready: (shared, each)
    case .shared: (shared + countOfU, each)
    case .onTheWay: (shared, each + n * rowOfU + chunk * kernelsOfChannel)
    }
  }

  /// What a run does.
  /// - Parameters:
  ///   - shared, own: scratch as `scratchCount` says, the latter for each worker in turn.
  ///   - stopwatch: gets the times of transforms and products.
  package func phases(
    shared: UnsafeMutablePointer<Float>, own: UnsafeMutablePointer<Float>, stopwatch: Stopwatch
  ) -> [Phase] {
    switch weights {
    case .ready(let u): return phases(u.start, shared: shared, own: own, stopwatch)
    case .onTheWay: return phases(nil, shared: shared, own: own, stopwatch)
    case .shared:
      let u = shared + (sharesTiles ? n2 * strideOfV : 0)
      let transformation = Phase(jobs: groups) { group, worker in
        stopwatch.start(worker)
        transform(group: group, into: u + group * n2 * strideOfU)
        stopwatch.add(.transform, worker)
      }
      return [transformation] + phases(u, shared: shared, own: own, stopwatch)
    }
  }

  /// - Parameter ready: U of all groups; nil where each group is transformed on the way.
  private func phases(
    _ ready: UnsafePointer<Float>?, shared: UnsafeMutablePointer<Float>, own: UnsafeMutablePointer<Float>,
    _ stopwatch: Stopwatch
  ) -> [Phase] {
    let parts = (tiles + jobTiles - 1) / jobTiles
    let ownCount = scratchCount.each
    guard sharesTiles else {
      guard let u = ready else { preconditionFailure("\(layer.name): weights must be transformed ahead") }
      return [
        Phase(jobs: parts) { job, worker in
          stopwatch.start(worker)
          let v = own + worker * ownCount, p = v + n2 * strideOfV
          let first = job * jobTiles, count = min(jobTiles, tiles - first)
          for b in 0..<blocks.buffer.count {
            transforms.input_tiles(
              tiling.start, blocks.start + b, Int32(first), Int32(count), v + b * kernels.lanes, rowOfV, strideOfV)
          }
          stopwatch.add(.transform, worker)
          for group in 0..<groups {
            multiply(v, u + group * n2 * strideOfU, p, count)
            stopwatch.add(.product, worker)
            finish(group, first, count, p)
            stopwatch.add(.transform, worker)
          }
        }
      ]
    }
    let transformation = Phase(jobs: blocks.buffer.count) { b, worker in
      stopwatch.start(worker)
      transforms.input_tiles(
        tiling.start, blocks.start + b, 0, Int32(tiles), shared + b * kernels.lanes, rowOfV, strideOfV)
      stopwatch.add(.transform, worker)
    }
    let products = Phase(jobs: groups * parts) { job, worker in
      stopwatch.start(worker)
      let p = own + worker * ownCount
      let first = job % parts * jobTiles, count = min(jobTiles, tiles - first), group = job / parts
      let v = shared + first * rowOfV
      if let ready {
        multiply(v, ready + group * n2 * strideOfU, p, count)
        stopwatch.add(.product, worker)
      } else {
        multiplyOnTheWay(v, group, p, count, scratch: p + n2 * strideOfP, worker, stopwatch)
      }
      finish(group, first, count, p)
      stopwatch.add(.transform, worker)
    }
    return [transformation, products]
  }

  /// P = V · U, matrix by matrix.
  private func multiply(
    _ v: UnsafePointer<Float>, _ u: UnsafePointer<Float>, _ p: UnsafeMutablePointer<Float>, _ count: Int
  ) {
    for xi in 0..<n2 {
      multiply(xi, v, u + xi * strideOfU, p, count, 0..<depth, next: u + (xi + 1) * strideOfU)
    }
  }

  /// P = V · U of a group whose U is made on the way, by some input channels and a row of U at a time.
  private func multiplyOnTheWay(
    _ v: UnsafePointer<Float>, _ group: Int, _ p: UnsafeMutablePointer<Float>, _ count: Int,
    scratch u: UnsafeMutablePointer<Float>, _ worker: Int, _ stopwatch: Stopwatch
  ) {
    let packed = u + n * rowOfU
    for start in stride(from: 0, to: depth, by: chunk) {
      let range = start..<min(start + chunk, depth)
      pack(group: group, range, into: packed)
      for row in 0..<n {
        transforms.weight_row(packed, Int32(range.count), Int32(vectors), Int32(row), u, rowOfU)
        stopwatch.add(.transform, worker)
        for x in 0..<n {
          multiply(row * n + x, v, u + x * rowOfU, p, count, range, next: u + (x + 1) * rowOfU)
        }
        stopwatch.add(.product, worker)
      }
    }
  }

  /// Product `xi` of the input channels in `range`, added to what P holds unless they are the first.
  private func multiply(
    _ xi: Int, _ v: UnsafePointer<Float>, _ u: UnsafePointer<Float>, _ p: UnsafeMutablePointer<Float>, _ count: Int,
    _ range: Range<Int>, next: UnsafePointer<Float>
  ) {
    let v = v + range.lowerBound
    kernels.c.gemm(
      v + xi * strideOfV, rowOfV, u, p + xi * strideOfP, Int32(count), Int32(range.count), Int32(vectors),
      range.lowerBound > 0 ? 1 : 0, next, v + (xi + 1 < n2 ? xi + 1 : 0) * strideOfV)
  }

  private func finish(_ group: Int, _ first: Int, _ count: Int, _ p: UnsafePointer<Float>) {
    for block in group * vectors..<min((group + 1) * vectors, results.buffer.count) {
      let vector = block - group * vectors
      transforms.output_tiles(
        tiling.start, p + vector * kernels.lanes, strideOfP, groupLanes, Int32(first), Int32(count),
        results.start + block)
    }
    if streams { ck_streamed() }
  }
}
