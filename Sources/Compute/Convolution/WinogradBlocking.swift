import U2NetCKernels

/// How a Winograd convolution is cut into tiles, groups of output channels and jobs: sizes alone, no memory.
///
/// Two ways to share the work. Where there are many tiles a job takes some of them through all three steps, so that V and
/// P stay in its cache. Where there are few, the tiles are transformed together and a job takes a group of outputs, so
/// that U is read once. Legend: `WinogradConvolution`.
package struct WinogradBlocking: Sendable {
  package let m: Int
  let lanes: Int
  /// Blocks of all input maps, and of all outputs.
  let inputBlocks, outputBlocks: Int
  /// Lanes of the input blocks, without the padding after the last channel.
  let depth: Int
  let tiling: ck_tiling
  package let tiles: Int
  /// Vectors of output channels in a group: 1 or 2.
  let vectors: Int
  let groups: Int
  /// Whether all tiles are transformed first.
  let sharesTiles: Bool
  /// Tiles a job takes from the matrix product on.
  let jobTiles: Int
  /// Where the transformed weights are.
  let weightPlace: WeightPlace

  enum WeightPlace {
    /// Kept, all of them.
    case ready
    /// All of them, made at the start of a run in the memory that workers share.
    case shared
    /// Nowhere; each group is transformed when its turn comes.
    case onTheWay
  }

  /// V may take this many floats of a core's cache; P and the stream of U come on top. Measured on a core with 1 MB of L2:
  /// 50,000 to 70,000 do alike, half and twice as many take 2 % longer, four times as many 7 %.
  private static let cacheful = 50_000
  /// Tiles that a large U, which streams through the cache for every job, is used for at least.
  private static let leastTiles = 12
  /// So few tiles are transformed together, if U is larger than this many floats: what a core can keep in its cache
  /// is better read once by every job.
  private static let fewTiles = 64
  private static let manyWeights = 250_000

  /// - Parameters:
  ///   - sources: channels of the input maps, which are read as one.
  ///   - results: channels of the maps that get the result's channels in turn.
  ///   - out: shape of the result, of which there are `images`.
  init(
    _ layer: Convolution, m: Int, sources: [Int], results: [Int], out: MapShape, images: Int, kernels: Kernels,
    weightUse: WinogradConvolution.WeightUse
  ) {
    let lanes = kernels.lanes
    func blocks(_ channels: [Int]) -> Int { channels.reduce(0) { $0 + StoredMap.blocks($1, lanes: lanes) } }
    self.m = m
    self.lanes = lanes
    inputBlocks = blocks(sources)
    outputBlocks = blocks(results)
    depth = blocks(sources.dropLast()) * lanes + (sources.last ?? 0)
    let (tiling, tilesOfImage) = Self.tiles(out, dilation: layer.dilation, m: m)
    self.tiling = tiling
    tiles = images * tilesOfImage
    vectors = outputBlocks > 1 ? 2 : 1
    groups = (outputBlocks + vectors - 1) / vectors
    let n2 = (m + 2) * (m + 2), hasManyWeights = n2 * layer.input * layer.output > Self.manyWeights
    sharesTiles = tiles <= Self.fewTiles && hasManyWeights
    let rows = Int(vectors == 1 ? kernels.c.gemm_rows.0 : kernels.c.gemm_rows.1)
    if sharesTiles {
      // Enough jobs for some cores, but whole weights only where they are transformed on the way.
      let parts = weightUse == .ahead || groups < 4 ? max(1, min(8 / groups, tiles / rows)) : 1
      jobTiles = (tiles + parts - 1) / parts
    } else {
      let cached = Self.cacheful / (n2 * inputBlocks * lanes), shared = (tiles + 15) / 16
      let least = hasManyWeights ? Self.leastTiles : 1
      jobTiles = (max(least, min(cached, shared, 96)) + rows - 1) / rows * rows
    }
    // Whether a run needs the weights of a group more than once.
    let reusesWeights = !sharesTiles || jobTiles < tiles
    weightPlace =
      switch weightUse {
      case .everyRun: reusesWeights ? .shared : .onTheWay
      case .aheadIfReused where !reusesWeights: .onTheWay
      case .ahead, .aheadIfReused: .ready
      }
  }

  /// Where the tiles of a map lie, and how many there are.
  package static func tiles(_ out: MapShape, dilation d: Int, m: Int) -> (tiling: ck_tiling, count: Int) {
    let phasesY = min(d, out.height), phasesX = min(d, out.width)
    let tilesY = ((out.height + d - 1) / d + m - 1) / m, tilesX = ((out.width + d - 1) / d + m - 1) / m
    let tiling = ck_tiling(
      height: Int32(out.height), width: Int32(out.width), dilation: Int32(d), phases: Int32(phasesY * phasesX),
      phases_x: Int32(phasesX), tiles_y: Int32(tilesY), tiles_x: Int32(tilesX))
    return (tiling, phasesY * phasesX * tilesY * tilesX)
  }

  /// Values of a tile's row.
  var n: Int { m + 2 }
  /// Products a tile.
  package var n2: Int { n * n }
  /// Jobs that all tiles make.
  var parts: Int { (tiles + jobTiles - 1) / jobTiles }
  /// Tiles of job `part`.
  func tiles(ofPart part: Int) -> Range<Int> { part * jobTiles..<min((part + 1) * jobTiles, tiles) }
  var groupLanes: Int { vectors * lanes }
  var rowOfV: Int { inputBlocks * lanes }
  /// Distances between the n² matrices, kept off multiples of 4096 bytes, which would all fall into one cache set.
  var strideOfV: Int { (sharesTiles ? tiles : jobTiles) * rowOfV + 16 }
  var strideOfP: Int { jobTiles * groupLanes + 16 }
  var strideOfU: Int { depth * groupLanes }
  /// Floats of V, P, U of a group and U.
  var countOfV: Int { n2 * strideOfV }
  var countOfP: Int { n2 * strideOfP }
  var groupOfU: Int { n2 * strideOfU }
  var countOfU: Int { groups * groupOfU }
  /// Floats of the packed kernels from one input channel to a group.
  var kernelsOfChannel: Int { 9 * groupLanes }
  /// Input channels whose kernels are packed at once where all weights are transformed: they stay in the nearest cache.
  static let packedChannels = 16
  var countOfPacked: Int { Self.packedChannels * kernelsOfChannel }
  /// Input channels whose weights are transformed at once on the way, a row of U at a time. Measured: 64 … 256 do alike.
  var chunk: Int { min(depth, 128) }
  /// Floats of such a row's n matrices, each; kept off powers of two as `strideOfV`.
  var rowOfU: Int { chunk * groupLanes + 16 }

  /// Memory that a run needs.
  var scratchSize: Scratch.Size {
    let (shared, each) = sharesTiles ? (countOfV, countOfP) : (0, countOfV + countOfP)
    return switch weightPlace {
    case .ready: Scratch.Size(shared: shared, each: each)
    case .shared: Scratch.Size(shared: shared + countOfU, each: max(each, countOfPacked))
    case .onTheWay: Scratch.Size(shared: shared, each: each + n * rowOfU + chunk * kernelsOfChannel)
    }
  }
}

extension WinogradBlocking: CustomStringConvertible {
  /// How the tiles are shared out, for explanations.
  package var description: String {
    sharesTiles ? "\(tiles) tiles shared, \(jobTiles) a job" : "\(jobTiles) of \(tiles) tiles a job"
  }
}
