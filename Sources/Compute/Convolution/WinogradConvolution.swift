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
  private let kernels: Kernels
  private let transforms: ck_winograd
  private let tiling: ck_tiling
  private let tiles: Int
  /// Original input channel of each k, −1 for a lane of padding.
  private let channel: [Int32]
  /// Blocks of all input maps together.
  private let inputBlocks: Int
  /// Vectors of output channels in a group: 1 or 2.
  private let vectors: Int
  private let groups: Int
  /// Whether all tiles are transformed first.
  private let sharesTiles: Bool
  /// Tiles a job takes from the matrix product on.
  private let jobTiles: Int
  private var weights: Weights
  /// Of all groups' lanes, zero beyond the layer's outputs.
  private let bias: OwnedFloats

  /// Where the transformed weights come from.
  private enum Weights {
    /// U of all groups.
    case ready(OwnedFloats)
    /// The layer's own, transformed whenever they are needed.
    case plain(Tensor)
  }

  /// V may take this many floats of a core's cache; P and the stream of U come on top. Measured on a core with 1 MB of L2:
  /// between a half and twice as many the time changes by less than the noise, beyond that it rises.
  private static let cacheful = 100_000
  /// So few tiles are transformed together, if U is larger than this many floats: what a core can keep in its cache
  /// is better read once by every job.
  private static let fewTiles = 64
  private static let manyWeights = 250_000

  /// Products a tile.
  private var n2: Int { (m + 2) * (m + 2) }
  private var groupLanes: Int { vectors * kernels.lanes }
  private var depth: Int { channel.count }
  private var rowOfV: Int { inputBlocks * kernels.lanes }
  /// Distances between the n² matrices, kept off multiples of 4096 bytes, which would all fall into one cache set.
  private var strideOfV: Int { (sharesTiles ? tiles : jobTiles) * rowOfV + 16 }
  private var strideOfP: Int { jobTiles * groupLanes + 16 }
  private var strideOfU: Int { depth * groupLanes }
  /// Input channels whose weights are transformed at once on the way: U of so many stays in a core's cache.
  private var chunk: Int { min(depth, max(16, 100_000 / (n2 * groupLanes) / 16 * 16)) }

  static func canRun(_ layer: Convolution, sources: [MapShape]) -> Bool {
    layer.kernel == 3 && layer.output > 1 && sources.allSatisfy { $0.channels > 1 }
  }

  /// - Parameters:
  ///   - sources: shapes of the input maps, which are read as one.
  ///   - transformsWeightsAhead: whether to keep U, (m+2)²/9 times the weights' size, or to make it on every run where a run
  ///     needs it once only.
  init(
    _ layer: Convolution, _ parameters: ConvolutionParameters, sources: [MapShape], m: Int, kernels: Kernels,
    transformsWeightsAhead: Bool, pool: ThreadPool
  ) {
    precondition(Self.canRun(layer, sources: sources), "\(layer.name) cannot be a Winograd convolution")
    self.layer = layer
    self.m = m
    self.kernels = kernels
    transforms = kernels.winograd(m)
    let lanes = kernels.lanes

    var channel: [Int32] = [], first = 0, blocks = 0
    for source in sources {
      let sourceBlocks = StoredMap.blocks(source.channels, lanes: lanes)
      channel += (0..<sourceBlocks * lanes).map { $0 < source.channels ? Int32(first + $0) : -1 }
      first += source.channels
      blocks += sourceBlocks
    }
    while channel.last == -1 { channel.removeLast() }
    self.channel = channel
    inputBlocks = blocks

    let (height, width, d) = (sources[0].height, sources[0].width, layer.dilation)
    let tilesY = ((height + d - 1) / d + m - 1) / m, tilesX = ((width + d - 1) / d + m - 1) / m
    tiling = ck_tiling(
      height: Int32(height), width: Int32(width), dilation: Int32(d), phases_x: Int32(min(d, width)),
      tiles_y: Int32(tilesY), tiles_x: Int32(tilesX))
    tiles = min(d, height) * min(d, width) * tilesY * tilesX

    vectors = layer.output > lanes ? 2 : 1
    groups = (layer.output + vectors * lanes - 1) / (vectors * lanes)
    sharesTiles = tiles <= Self.fewTiles && (m + 2) * (m + 2) * layer.input * layer.output > Self.manyWeights
    let rows = Int(vectors == 1 ? kernels.c.gemm_rows.0 : kernels.c.gemm_rows.1)
    if sharesTiles {
      // Enough jobs for some cores, but whole weights only where they are transformed on the way.
      let parts = transformsWeightsAhead || groups < 4 ? max(1, min(8 / groups, tiles / rows)) : 1
      jobTiles = (tiles + parts - 1) / parts
    } else {
      let n2 = (m + 2) * (m + 2)
      jobTiles = max(rows, min(96, Self.cacheful / (n2 * blocks * lanes)) / rows * rows)
    }
    bias = OwnedFloats(count: groups * vectors * lanes)
    bias.buffer.initialize(repeating: 0)
    _ = bias.buffer.update(fromContentsOf: parameters.bias.values)
    weights = .plain(parameters.weight)
    if transformsWeightsAhead || !sharesTiles || jobTiles < tiles {
      weights = .ready(transformed(parameters.weight, pool))
    }
  }

  /// How the tiles are shared out, for explanations.
  var blocking: String {
    sharesTiles ? "\(tiles) tiles shared, \(jobTiles) a job" : "\(jobTiles) of \(tiles) tiles a job"
  }

  /// U of all groups: [group][xi][k][group's lanes].
  private func transformed(_ weight: Tensor, _ pool: ThreadPool) -> OwnedFloats {
    let u = OwnedFloats(count: groups * n2 * strideOfU)
    let start = u.buffer.baseAddress!
    pool.run(groups) { group, _ in transform(weight, group: group, 0..<depth, into: start + group * n2 * strideOfU) }
    return u
  }

  /// U of one group and of the input channels in `range`, [xi][k][group's lanes].
  private func transform(_ weight: Tensor, group: Int, _ range: Range<Int>, into u: UnsafeMutablePointer<Float>) {
    let first = group * groupLanes, outputs = min(groupLanes, layer.output - first)
    weight.withUnsafeBufferPointer { w in
      channel.withUnsafeBufferPointer { channel in
        transforms.weights(
          w.baseAddress! + first * layer.input * 9, Int32(layer.input), Int32(outputs),
          channel.baseAddress! + range.lowerBound, Int32(range.count), Int32(vectors), u, range.count * groupLanes)
      }
    }
  }

  /// Floats that all workers share, and floats that each needs beside them.
  var scratchCount: (shared: Int, each: Int) {
    let v = n2 * strideOfV
    let u = if case .plain = weights { n2 * chunk * groupLanes } else { 0 }
    return sharesTiles ? (v, n2 * strideOfP + u) : (0, v + n2 * strideOfP)
  }

  /// - Parameters:
  ///   - sources: blocked maps with the shapes given before.
  ///   - residual: blocked, added after the ReLU; or nil.
  ///   - shared, own: scratch as `scratchCount` says, the latter for each worker in turn.
  func run(
    _ sources: [StoredMap], residual: StoredMap?, into out: StoredMap, shared: UnsafeMutablePointer<Float>,
    own: UnsafeMutablePointer<Float>, pool: ThreadPool
  ) {
    let blocks = sources.flatMap { source in (0..<source.blocks).map { UnsafePointer(source.block($0)) } }
    let parts = (tiles + jobTiles - 1) / jobTiles
    let ownCount = scratchCount.each
    withUnsafePointer(to: tiling) { tiling in
      if sharesTiles {
        pool.run(blocks.count) { b, _ in
          transforms.input(tiling, blocks[b], 0, Int32(tiles), shared + b * kernels.lanes, rowOfV, strideOfV)
        }
        pool.run(groups * parts) { job, worker in
          let p = own + worker * ownCount
          let first = job % parts * jobTiles, count = min(jobTiles, tiles - first), group = job / parts
          let v = shared + first * rowOfV
          switch weights {
          case .ready(let u): multiply(v, u.buffer.baseAddress! + group * n2 * strideOfU, p, count, 0..<depth)
          case .plain(let weight):
            let u = p + n2 * strideOfP
            for start in stride(from: 0, to: depth, by: chunk) {
              let range = start..<min(start + chunk, depth)
              transform(weight, group: group, range, into: u)
              multiply(v, u, p, count, range)
            }
          }
          finish(group, tiling, first, count, p, residual, out)
        }
      } else {
        guard case .ready(let ready) = weights else { preconditionFailure("weights must be transformed ahead") }
        let u = UnsafePointer(ready.buffer.baseAddress!)
        pool.run(parts) { job, worker in
          let v = own + worker * ownCount, p = v + n2 * strideOfV
          let first = job * jobTiles, count = min(jobTiles, tiles - first)
          for b in blocks.indices {
            transforms.input(
              tiling, blocks[b], Int32(first), Int32(count), v + b * kernels.lanes, rowOfV, strideOfV)
          }
          for group in 0..<groups {
            multiply(v, u + group * n2 * strideOfU, p, count, 0..<depth)
            finish(group, tiling, first, count, p, residual, out)
          }
        }
      }
    }
  }

  /// P = V · U, matrix by matrix, for the input channels in `range`; added to what P holds unless they are the first.
  private func multiply(
    _ v: UnsafePointer<Float>, _ u: UnsafePointer<Float>, _ p: UnsafeMutablePointer<Float>, _ count: Int,
    _ range: Range<Int>
  ) {
    let sizeOfU = range.count * groupLanes
    for xi in 0..<n2 {
      kernels.c.gemm(
        v + xi * strideOfV + range.lowerBound, rowOfV, u + xi * sizeOfU, p + xi * strideOfP, Int32(count),
        Int32(range.count), Int32(vectors), range.lowerBound > 0 ? 1 : 0, u + (xi + 1) * sizeOfU)
    }
  }

  private func finish(
    _ group: Int, _ tiling: UnsafePointer<ck_tiling>, _ first: Int, _ count: Int, _ p: UnsafePointer<Float>,
    _ residual: StoredMap?, _ out: StoredMap
  ) {
    for vector in 0..<vectors {
      let block = group * vectors + vector
      guard block < out.blocks else { return }
      transforms.output(
        tiling, p + vector * kernels.lanes, strideOfP, groupLanes, Int32(first), Int32(count),
        bias.buffer.baseAddress! + block * kernels.lanes, layer.hasReLU ? 0 : -.infinity,
        residual.map { UnsafePointer($0.block(block)) }, out.block(block))
    }
  }
}
