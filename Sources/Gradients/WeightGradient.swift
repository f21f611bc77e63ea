import U2NetCGradientKernels
import U2NetCompute

/// The gradient of a loss with respect to the weight of a Winograd convolution: the transpose of the way from the weight to
/// the result, for all images together (dz is the gradient with respect to the result).
///
///     V[xi][block of k][tile]      = transformed tiles of the input, as the convolution itself makes them
///     D[xi][block of o][tile]      = tiles of dz, transformed by the transposed output transform
///     dU[xi][k][o]                 = Σ_tile V · D
///     dweight                      = dU, transformed back by the transposed weight transform
///
/// Some tiles at a time, so that V and D stay in the last cache. Every value of dU is the work of one job, in the order of
/// the tiles. Legend: k input channels, o output channels, xi index of a product.
struct WeightGradient: @unchecked Sendable {  // The jobs of a phase share out what they write.
  private let forward: WinogradConvolution
  private let kernels: GradientKernels
  private let transforms: ck_winograd_gradients
  private let gradient: StoredMap
  private let lanes: Int
  private let inputBlocks: Int
  private let outputBlocks: Int
  /// Tiles at a time.
  private let chunk: Int
  /// For each input map its channels and its first block.
  private let sources: [(channels: Int, block: Int)]
  private let output: OwnedBuffer<Int32>

  /// Floats of V and D together. 4 MB: in a last-level cache, of which each core of the machines measured has a share of 16 MB.
  private static let cacheful = 1 << 20
  /// Tiles in a job of the transforms and input blocks in a job of the products.
  private static let jobTiles = 64
  private static let jobBlocks = 16

  private var n2: Int { forward.blocking.n2 }
  private var panel: Int { chunk * lanes }
  /// Distances between matrices, kept off multiples of 4096 bytes, which would all fall into one cache set.
  private var strideOfV: Int { inputBlocks * panel + 16 }
  private var strideOfD: Int { outputBlocks * panel + 16 }
  private var rowOfU: Int { outputBlocks * lanes }
  private var strideOfU: Int { inputBlocks * lanes * rowOfU + 16 }

  /// - Parameters:
  ///   - sources: the input maps of `forward`.
  ///   - gradient: dz.
  init(
    _ forward: WinogradConvolution, sources: [StoredMap], gradient: StoredMap, kernels: GradientKernels
  ) {
    self.forward = forward
    self.kernels = kernels
    transforms = kernels.winograd(forward.blocking.m)
    self.gradient = gradient
    lanes = forward.kernels.lanes
    inputBlocks = forward.blocks.buffer.count
    outputBlocks = gradient.blocks
    let perTile = forward.blocking.n2 * (inputBlocks + outputBlocks) * lanes
    chunk = min(forward.blocking.tiles, max(32, Self.cacheful / perTile))
    var block = 0
    self.sources = sources.map { map in
      defer { block += map.blocks }
      return (map.shape.channels, block)
    }
    output = OwnedBuffer(StoredMap.lanes([gradient]))
  }

  /// Floats that all workers share.
  var scratchCount: Int { n2 * (strideOfV + strideOfD + strideOfU) }

  /// - Parameter weight: gets the gradient, [O, I, 3, 3].
  func run(into weight: UnsafeMutablePointer<Float>, shared v: UnsafeMutablePointer<Float>, pool: ThreadPool) {
    nonisolated(unsafe) let v = v, d = v + n2 * strideOfV, u = d + n2 * strideOfD, weight = weight
    for first in stride(from: 0, to: forward.blocking.tiles, by: chunk) {
      let count = min(chunk, forward.blocking.tiles - first)
      let parts = (count + Self.jobTiles - 1) / Self.jobTiles
      pool.run((inputBlocks + outputBlocks) * parts) { job, _ in
        let block = job / parts, start = job % parts * Self.jobTiles
        let tile = Int32(first + start), tiles = Int32(min(Self.jobTiles, count - start))
        if block < inputBlocks {
          forward.transforms.input_tiles(
            forward.tiling.start, forward.blocks.start + block, tile, tiles, v + block * panel + start * lanes, lanes,
            strideOfV)
        } else {
          let block = block - inputBlocks
          transforms.gradient_tiles(
            forward.tiling.start, gradient.block(block), tile, tiles, d + block * panel + start * lanes, strideOfD)
        }
      }
      let jobs = (inputBlocks + Self.jobBlocks - 1) / Self.jobBlocks
      pool.run(n2 * jobs) { job, _ in
        let xi = job / jobs, start = job % jobs * Self.jobBlocks
        for k in start..<min(start + Self.jobBlocks, inputBlocks) {
          for o in stride(from: 0, to: outputBlocks, by: 2) {
            kernels.c.outer(
              v + xi * strideOfV + k * panel, d + xi * strideOfD + o * panel, panel, Int32(count),
              o + 1 < outputBlocks ? 2 : 1, u + xi * strideOfU + k * lanes * rowOfU + o * lanes, rowOfU,
              first > 0 ? 1 : 0)
          }
        }
      }
    }
    pool.run(outputBlocks) { o, _ in
      var channel = 0
      for source in sources {
        transforms.weight_gradient(
          u + source.block * lanes * rowOfU + o * lanes, strideOfU, rowOfU, output.start + o * lanes,
          Int32(source.channels), forward.layer.input * 9, weight + channel * 9)
        channel += source.channels
      }
    }
  }
}
