import CKernels

/// A 3×3 convolution to one channel, such as a side output: no product of matrices, one dot product a pixel.
struct SingleConvolution {
  let layer: Convolution
  private let kernels: Kernels
  /// [blocks][9][L]
  private let weights: OwnedFloats
  private let bias: Float
  private let width: Int

  static func canRun(_ layer: Convolution, sources: [MapShape]) -> Bool {
    layer.kernel == 3 && layer.dilation == 1 && layer.output == 1 && !layer.hasReLU
      && sources.allSatisfy { $0.channels > 1 }
  }

  init(_ layer: Convolution, _ parameters: ConvolutionParameters, sources: [MapShape], kernels: Kernels) {
    self.layer = layer
    self.kernels = kernels
    bias = parameters.bias.values[0]
    width = sources[0].width
    let lanes = kernels.lanes
    weights = OwnedFloats(count: sources.reduce(0) { $0 + StoredMap.blocks($1.channels, lanes: lanes) } * 9 * lanes)
    weights.buffer.initialize(repeating: 0)
    var first = 0, firstBlock = 0
    for source in sources {
      parameters.weight.withUnsafeBufferPointer { w in
        for c in 0..<source.channels {
          for tap in 0..<9 {
            weights.buffer[((firstBlock + c / lanes) * 9 + tap) * lanes + c % lanes] = w[(first + c) * 9 + tap]
          }
        }
      }
      first += source.channels
      firstBlock += StoredMap.blocks(source.channels, lanes: lanes)
    }
  }

  /// Floats that each worker needs.
  var scratchCount: Int { 2 * width * kernels.lanes }

  /// sources: blocked; out: planar.
  func run(_ sources: [StoredMap], into out: StoredMap, own: UnsafeMutablePointer<Float>, pool: ThreadPool) {
    let blocks = sources.flatMap { s in (0..<s.blocks).map { UnsafePointer(s.block($0)) as UnsafePointer<Float>? } }
    let height = out.shape.height, band = 8
    blocks.withUnsafeBufferPointer { blocks in
      pool.run((height + band - 1) / band) { job, worker in
        kernels.c.single(
          blocks.baseAddress!, Int32(blocks.count), Int32(height), Int32(width), weights.buffer.baseAddress!, bias,
          Int32(job * band), Int32(min(band, height - job * band)), own + worker * scratchCount, out.start)
      }
    }
  }
}
