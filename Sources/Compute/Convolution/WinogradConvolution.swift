import U2NetCKernels

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
package struct WinogradConvolution {
  package let layer: Convolution
  package let m: Int
  package let kernels: Kernels
  package let transforms: ck_winograd
  package let tiling: OwnedBuffer<ck_tiling>
  /// All blocks of all input maps.
  package let blocks: OwnedBuffer<ck_source>
  /// Of the input maps that are resized on the way.
  let interpolations: [Interpolation]
  package let tiles: Int
  /// The weight's input channel of each k, −1 for a lane of padding.
  let channel: [Int32]
  /// The weight's output channel of each lane of the groups, −1 beyond the layer's outputs.
  let output: [Int32]
  /// Vectors of output channels in a group: 1 or 2.
  let vectors: Int
  let groups: Int
  /// Whether all tiles are transformed first.
  let sharesTiles: Bool
  /// Tiles a job takes from the matrix product on.
  let jobTiles: Int
  var values: Values
  var weights: Weights
  /// Of all groups' lanes, zero beyond the layer's outputs.
  let bias: OwnedFloats
  let results: OwnedBuffer<ck_result>
  /// Whether results may be written past the caches.
  let streams: Bool

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
  var n: Int { m + 2 }
  /// Products a tile.
  package var n2: Int { n * n }
  var groupLanes: Int { vectors * kernels.lanes }
  var depth: Int { channel.count }
  var rowOfV: Int { blocks.buffer.count * kernels.lanes }
  /// Distances between the n² matrices, kept off multiples of 4096 bytes, which would all fall into one cache set.
  var strideOfV: Int { (sharesTiles ? tiles : jobTiles) * rowOfV + 16 }
  var strideOfP: Int { jobTiles * groupLanes + 16 }
  var strideOfU: Int { depth * groupLanes }
  /// Floats of the packed kernels from one input channel to a group.
  var kernelsOfChannel: Int { 9 * groupLanes }
  /// Input channels whose weights are transformed at once on the way, a row of U at a time. Measured: 64 … 256 do alike.
  var chunk: Int { min(depth, 128) }
  /// Floats of such a row's n matrices, each; kept off powers of two as `strideOfV`.
  var rowOfU: Int { chunk * groupLanes + 16 }

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
  ///   - isPlanned: whether this is to be known about only: it has no values, its maps need not exist, and it never runs.
  package init(
    _ layer: Convolution, _ values: Values, sources: [StoredMap], into destination: Destination, m: Int,
    kernels: Kernels, weightUse: WeightUse, sharing other: WinogradConvolution? = nil, isPlanned: Bool = false,
    pool: ThreadPool
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
    self.streams = streams
    weights = other?.weights ?? .onTheWay
    if isReady {
      self.values.weight = nil
      return
    }
    let isReused = !sharesTiles || jobTiles < tiles
    if weightUse == .everyRun {
      weights = isReused ? .shared : .onTheWay
    } else if weightUse == .ahead || isReused {
      let u = OwnedFloats(count: isPlanned ? 0 : countOfU)
      if !isPlanned { transform(into: u.start, pool) }
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

  var countOfU: Int { groups * n2 * strideOfU }
}
