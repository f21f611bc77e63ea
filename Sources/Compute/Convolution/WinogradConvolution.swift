import CKernels

/// A 3×3 convolution by F(m×m, 3×3): m² outputs with (m+2)² multiplications a channel pair instead of 9·m²
/// (Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks").
///
///     V[xi][tile][k]          = transformed tiles of the input              n² = (m+2)² matrices
///     P[xi][tile][o]          = V[xi] · U[group][xi][k][o]                  a group: two vectors of output channels
///     out                     = transformed back + bias, ReLU, + residual
///
/// Two ways to share the work. Where there are many tiles a job takes some of them through all three steps, so that V and
/// P stay in its cache. Where there are few, the tiles are transformed together and a job takes a group of outputs, so
/// that U is read once. Legend: k input channels, o output channels, xi index of a product.
struct WinogradConvolution {
  let layer: Convolution
  let m: Int
  let kernels: Kernels
  let transforms: ck_winograd
  let tiling: OwnedBuffer<ck_tiling>
  /// All blocks of all input maps.
  let blocks: OwnedBuffer<ck_source>
  /// Of the input maps that are resized on the way.
  private let interpolations: [Interpolation]
  let tiles: Int
  /// The weight's input channel of each k, −1 for a lane of padding.
  private let channel: [Int32]
  /// The weight's output channel of each lane of the groups, −1 beyond the layer's outputs.
  private let output: [Int32]
  /// Vectors of output channels in a group: 1 or 2.
  private let vectors: Int
  private let groups: Int
  /// Whether all tiles are transformed first.
  private let sharesTiles: Bool
  /// Tiles a job takes from the matrix product on.
  private let jobTiles: Int
  private var values: Values
  private var weights: Weights
  /// Of all groups' lanes, zero beyond the layer's outputs.
  private let bias: OwnedFloats
  private let results: OwnedBuffer<ck_result>

  /// The trained values, as they lie in memory.
  struct Values {
    /// [O, I, 3, 3]; transposed: of a layer from O to I channels. nil once they are kept transformed, so that their memory can
    /// go.
    var weight: Tensor? = nil
    var bias: [Float]?
    /// Whether the convolution is the transpose of the one that `weight` belongs to.
    var isTransposed = false
  }

  /// When weights are transformed.
  enum WeightUse {
    /// Once, at the start, which takes up to 5.4 times their memory.
    case ahead
    /// Once, at the start, if a run needs them more than once; otherwise in the run.
    case aheadIfReused
    /// In every run: they change.
    case everyRun
  }

  /// Where the transformed weights are.
  private enum Weights {
    /// U of all groups.
    case ready(OwnedFloats)
    /// U of all groups, made at the start of a run in the memory that workers share.
    case shared
    /// Nowhere; each group is transformed when its turn comes.
    case onTheWay
  }

  /// V may take this many floats of a core's cache; P and the stream of U come on top. Measured on a core with 1 MB of L2:
  /// 50,000 to 70,000 do alike, half and twice as many take 2 % longer, four times as many 7 %.
  private static let cacheful = 50_000
  /// Tiles that a large U, which streams through the cache for every job, is used for at least.
  private static let leastTiles = 12
  /// A larger result is not in the caches any more when it is read, so it is written past them, which spares reading
  /// what was there before. Measured on lite, whose maps have 26 MB, 6.5 MB and less: 3 % of its time with 12 MB, 1 % less
  /// of that with 4 MB.
  private static let streamedBytes = 12_000_000
  /// So few tiles are transformed together, if U is larger than this many floats: what a core can keep in its cache
  /// is better read once by every job.
  private static let fewTiles = 64
  private static let manyWeights = 250_000

  /// Values of a tile's row.
  private var n: Int { m + 2 }
  /// Products a tile.
  var n2: Int { n * n }
  private var groupLanes: Int { vectors * kernels.lanes }
  private var depth: Int { channel.count }
  private var rowOfV: Int { blocks.buffer.count * kernels.lanes }
  /// Distances between the n² matrices, kept off multiples of 4096 bytes, which would all fall into one cache set.
  private var strideOfV: Int { (sharesTiles ? tiles : jobTiles) * rowOfV + 16 }
  private var strideOfP: Int { jobTiles * groupLanes + 16 }
  private var strideOfU: Int { depth * groupLanes }
  /// Floats of the packed kernels from one input channel to a group.
  private var kernelsOfChannel: Int { 9 * groupLanes }
  /// Input channels whose weights are transformed at once on the way, a row of U at a time. Measured: 64 … 256 do alike.
  private var chunk: Int { min(depth, 128) }
  /// Floats of such a row's n matrices, each; kept off powers of two as `strideOfV`.
  private var rowOfU: Int { chunk * groupLanes + 16 }

  /// Whether inference can, whose maps of one channel are planar.
  static func canRun(_ layer: Convolution, sources: [MapShape]) -> Bool {
    layer.kernel == 3 && layer.output > 1 && sources.allSatisfy { $0.channels > 1 }
  }

  /// Whether maps of another size are resized while they are read.
  static func canInterpolate(_ layer: Convolution, sources: [MapShape]) -> Bool {
    canRun(layer, sources: sources) && layer.dilation == 1
  }

  /// Whether `run` pools its result, if asked to.
  var canPool: Bool { Self.canPool(layer, m: m) }

  private static func canPool(_ layer: Convolution, m: Int) -> Bool { m % 2 == 0 && layer.dilation == 1 }

  /// - Parameters:
  ///   - other: the same layer, planned alike: its transformed weights serve this one, too.
  ///   - sources: the blocked input maps, which are read as one; those of another size than `out` are resized on the way.
  init(
    _ layer: Convolution, _ values: Values, sources: [StoredMap], into destination: Destination, m: Int,
    kernels: Kernels, weightUse: WeightUse, sharing other: WinogradConvolution? = nil, pool: ThreadPool
  ) {
    precondition(
      layer.kernel == 3 && !(sources + destination.maps).contains { $0.isPlanar },
      "\(layer.name) cannot be a Winograd convolution")
    let out = destination.maps[0].shape, images = destination.maps[0].images
    self.layer = layer
    self.values = values
    self.m = m
    self.kernels = kernels
    transforms = kernels.winograd(m)
    let lanes = kernels.lanes

    var blocks: [ck_source] = [], interpolations: [Interpolation] = []
    for source in sources {
      let shape = source.shape
      let isWhole = shape.height == out.height && shape.width == out.width
      if !isWhole { interpolations.append(Interpolation(from: shape, to: out)) }
      let taps = isWhole ? nil : interpolations.last
      blocks += (0..<source.blocks).map {
        ck_source(
          block: source.block($0), width: Int32(shape.width), image: source.imageCount, rows: taps?.rows.start,
          columns: taps?.columns.start, doubled: 2 * shape.height == out.height && 2 * shape.width == out.width ? 1 : 0)
      }
    }
    var channel = StoredMap.lanes(sources)
    while channel.last == -1 { channel.removeLast() }
    self.channel = channel
    self.blocks = OwnedBuffer(blocks)
    self.interpolations = interpolations

    let (height, width, d) = (out.height, out.width, layer.dilation)
    precondition(interpolations.isEmpty || d == 1, "\(layer.name) is dilated and cannot resize what it reads")
    let tilesY = ((height + d - 1) / d + m - 1) / m, tilesX = ((width + d - 1) / d + m - 1) / m
    tiling = OwnedBuffer([
      ck_tiling(
        height: Int32(height), width: Int32(width), dilation: Int32(d), phases: Int32(min(d, height) * min(d, width)),
        phases_x: Int32(min(d, width)), tiles_y: Int32(tilesY), tiles_x: Int32(tilesX))
    ])
    tiles = images * min(d, height) * min(d, width) * tilesY * tilesX

    let outputBlocks = destination.maps.reduce(0) { $0 + $1.blocks }
    vectors = outputBlocks > 1 ? 2 : 1
    groups = (outputBlocks + vectors - 1) / vectors
    output = StoredMap.lanes(destination.maps) + Array(repeating: -1, count: (groups * vectors - outputBlocks) * lanes)
    let n2 = (m + 2) * (m + 2), hasManyWeights = n2 * layer.input * layer.output > Self.manyWeights
    sharesTiles = tiles <= Self.fewTiles && hasManyWeights
    let rows = Int(vectors == 1 ? kernels.c.gemm_rows.0 : kernels.c.gemm_rows.1)
    if sharesTiles {
      // Enough jobs for some cores, but whole weights only where they are transformed on the way.
      let parts = weightUse == .ahead || groups < 4 ? max(1, min(8 / groups, tiles / rows)) : 1
      jobTiles = (tiles + parts - 1) / parts
    } else {
      let cached = Self.cacheful / (n2 * blocks.count * lanes), shared = (tiles + 15) / 16
      let least = hasManyWeights ? Self.leastTiles : 1
      jobTiles = (max(least, min(cached, shared, 96)) + rows - 1) / rows * rows
    }
    let bias = other?.bias ?? OwnedBuffer(output.map { $0 < 0 ? 0 : values.bias?[Int($0)] ?? 0 })
    let canPool = Self.canPool(layer, m: m)
    // Only rows that begin with a cache line can be streamed.
    let bytes = destination.maps.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.size
    let streams = bytes > Self.streamedBytes && out.width * lanes % ArenaPlan.alignment == 0
    results = OwnedBuffer(
      destination.blocks.enumerated().map { index, block in
        ck_result(
          block: block.out, bias: bias.start + index * lanes, floor: layer.hasReLU ? 0 : -.infinity,
          residual: block.residual, pooled: canPool ? block.pooled : nil,
          streams: streams && block.residual != UnsafeMutablePointer(block.out) ? 1 : 0)
      })
    self.bias = bias
    weights = other?.weights ?? .onTheWay
    if isReady {
      self.values.weight = nil
      return
    }
    let isReused = !sharesTiles || jobTiles < tiles
    if weightUse == .everyRun {
      weights = isReused ? .shared : .onTheWay
    } else if weightUse == .ahead || isReused {
      let u = OwnedFloats(count: countOfU)
      transform(into: u.start, pool)
      self.values.weight = nil
      weights = .ready(u)
    }
  }

  /// Whether all that is needed of the trained values is kept transformed: one that shares it needs no values.
  var isReady: Bool { if case .ready = weights { true } else { false } }

  /// How the tiles are shared out, for explanations.
  var blocking: String {
    sharesTiles ? "\(tiles) tiles shared, \(jobTiles) a job" : "\(jobTiles) of \(tiles) tiles a job"
  }

  private var countOfU: Int { groups * n2 * strideOfU }

  /// U of all groups: [group][xi][k][group's lanes].
  private func transform(into u: UnsafeMutablePointer<Float>, _ pool: ThreadPool) {
    pool.run(groups) { group, _ in transform(group: group, into: u + group * n2 * strideOfU) }
  }

  /// U of one group: [xi][k][group's lanes].
  private func transform(group: Int, into u: UnsafeMutablePointer<Float>) {
    // Some channels at a time, whose kernels stay in the nearest cache.
    let some = 16
    withUnsafeTemporaryAllocation(of: Float.self, capacity: some * kernelsOfChannel) { packed in
      for first in stride(from: 0, to: depth, by: some) {
        let range = first..<min(first + some, depth)
        pack(group: group, range, into: packed.baseAddress!)
        for row in 0..<n {
          transforms.weights(
            packed.baseAddress!, Int32(range.count), Int32(vectors), Int32(row),
            u + row * n * strideOfU + first * groupLanes, strideOfU)
        }
      }
    }
  }

  /// The kernels of one group and of the input channels in `range`, [k][vector][9][lane].
  private func pack(group: Int, _ range: Range<Int>, into kernels: UnsafeMutablePointer<Float>) {
    values.weight!.withUnsafeBufferPointer { w in
      channel.withUnsafeBufferPointer { channel in
        output.withUnsafeBufferPointer { output in
          var place =
            values.isTransposed
            ? ck_weights(start: w.baseAddress!, output_step: 9, channel_step: layer.output * 9, turned: 1)
            : ck_weights(start: w.baseAddress!, output_step: layer.input * 9, channel_step: 9, turned: 0)
          self.kernels.c.pack_kernels(
            &place, output.baseAddress! + group * groupLanes, channel.baseAddress! + range.lowerBound,
            Int32(range.count), Int32(vectors), kernels)
        }
      }
    }
  }

  /// Floats that all workers share, and floats that each needs beside them.
  var scratchCount: (shared: Int, each: Int) {
    let v = n2 * strideOfV
    let (shared, each) = sharesTiles ? (v, n2 * strideOfP) : (0, v + n2 * strideOfP)
    return switch weights {
    case .ready: (shared, each)
    case .shared: (shared + countOfU, each)
    case .onTheWay: (shared, each + n * rowOfU + chunk * kernelsOfChannel)
    }
  }

  /// Where a result goes: all maps blocked and of one size.
  struct Destination {
    struct Block {
      let out: UnsafeMutablePointer<Float>
      let residual: UnsafeMutablePointer<Float>?
      let pooled: UnsafeMutablePointer<Float>?
    }

    let maps: [StoredMap]
    let blocks: [Block]

    /// One map; `residual` is added after the ReLU, `pooled` gets the max-pooled result if `canPool`.
    init(_ map: StoredMap, residual: StoredMap? = nil, pooled: StoredMap? = nil) {
      maps = [map]
      blocks = (0..<map.blocks).map {
        Block(out: map.block($0), residual: residual?.block($0), pooled: pooled?.block($0))
      }
    }

    /// Maps that get the result's channels in turn, or have them added.
    init(_ maps: [(map: StoredMap, isAddedTo: Bool)]) {
      self.maps = maps.map(\.map)
      blocks = maps.flatMap { map, isAddedTo in
        (0..<map.blocks).map {
          Block(out: map.block($0), residual: isAddedTo ? map.block($0) : nil, pooled: nil)
        }
      }
    }
  }

  /// What a run does.
  /// - Parameters:
  ///   - shared, own: scratch as `scratchCount` says, the latter for each worker in turn.
  ///   - stopwatch: gets the times of transforms and products.
  func phases(
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
            transforms.input(
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
      transforms.input(
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
        transforms.weights(packed, Int32(range.count), Int32(vectors), Int32(row), u, rowOfU)
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
      transforms.output(
        tiling.start, p + vector * kernels.lanes, strideOfP, groupLanes, Int32(first), Int32(count),
        results.start + block)
    }
    ck_streamed()
  }
}
