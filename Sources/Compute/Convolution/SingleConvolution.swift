import U2NetCKernels

/// A 3×3 convolution to one channel, such as a side output: no product of matrices, one dot product a pixel.
struct SingleConvolution: Sendable {
  let layer: Convolution
  private let kernels: Kernels
  /// [blocks][9][L]
  private let weights: OwnedFloats
  private let bias: Float
  private let blocks: OwnedBuffer<UnsafePointer<Float>?>

  /// - Parameter sources: the blocked input maps, which are read as one.
  init(_ layer: Convolution, _ parameters: ConvolutionParameters, sources: [StoredMap], kernels: Kernels) {
    precondition(
      layer.kernel == 3 && layer.dilation == 1 && layer.output == 1 && !layer.hasReLU
        && !sources.contains { $0.isPlanar }, "\(layer.name) cannot be dot products")
    self.layer = layer
    self.kernels = kernels
    bias = parameters.bias.values[0]
    let lanes = kernels.lanes
    blocks = OwnedBuffer(sources.flatMap { map in (0..<map.blocks).map { UnsafePointer(map.block($0)) } })
    weights = OwnedFloats(count: blocks.buffer.count * 9 * lanes)
    weights.buffer.initialize(repeating: 0)
    var first = 0, firstBlock = 0
    for source in sources {
      parameters.weight.withUnsafeBufferPointer { w in
        for c in 0..<source.shape.channels {
          for tap in 0..<9 {
            weights.buffer[((firstBlock + c / lanes) * 9 + tap) * lanes + c % lanes] = w[(first + c) * 9 + tap]
          }
        }
      }
      first += source.shape.channels
      firstBlock += source.blocks
    }
  }

  /// out: planar.
  func phase(into out: StoredMap) -> Phase {
    let height = out.shape.height, band = 8
    return Phase(jobs: (height + band - 1) / band) { job, _ in
      kernels.c.single(
        blocks.start, Int32(blocks.buffer.count), Int32(height), Int32(out.shape.width), weights.start, bias,
        Int32(job * band), Int32(min(band, height - job * band)), out.start)
    }
  }
}
