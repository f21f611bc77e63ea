import U2NetCKernels

/// A 1×1 convolution of blocked maps: the pixels of a block are a matrix already, nothing is unfolded or copied.
///
///     out block [n, L] = Σ over input blocks: in block [n, L] · U [L, L]        n pixels of a job
///
/// Legend: L lanes; U the weights from one input block to one output block, zero where either is padding.
struct PointwiseConvolution: Sendable {
  let layer: Convolution
  private let kernels: Kernels
  private let blocks: OwnedBuffer<UnsafePointer<Float>>
  /// [output blocks][input blocks][L inputs][L outputs]
  private let weights: OwnedFloats
  /// [output blocks][L], zero beyond the layer's outputs; and L ones.
  private let bias, ones: OwnedFloats

  /// Pixels of a job: with L = 16, 32 KB of the output.
  static let jobPixels = 480

  /// - Parameter sources: the blocked input maps, which are read as one.
  init(_ layer: Convolution, _ parameters: ConvolutionParameters, sources: [StoredMap], kernels: Kernels) {
    precondition(
      layer.kernel == 1 && layer.output > 1 && !sources.contains { $0.isPlanar }, "\(layer.name) cannot be pointwise")
    self.layer = layer
    self.kernels = kernels
    let lanes = kernels.lanes, groups = StoredMap.blocks(layer.output, lanes: lanes)
    let channel = StoredMap.lanes(sources), values = parameters.weight.values, biases = parameters.bias.values
    blocks = OwnedBuffer(sources.flatMap { map in (0..<map.blocks).map { UnsafePointer(map.block($0)) } })
    weights = OwnedFloats(count: groups * channel.count * lanes)
    bias = OwnedFloats(count: groups * lanes)
    ones = OwnedFloats(count: lanes)
    ones.buffer.initialize(repeating: 1)
    for o in 0..<groups * lanes {
      bias.buffer[o] = o < layer.output ? biases[o] : 0
      for (k, i) in channel.enumerated() {
        weights.buffer[(o / lanes * channel.count + k) * lanes + o % lanes] =
          o < layer.output && i >= 0 ? values[o * layer.input + Int(i)] : 0
      }
    }
  }

  /// - Parameter residual: added after the ReLU; not in the memory of `out`.
  func phase(into out: StoredMap, residual: StoredMap?) -> Phase {
    let lanes = kernels.lanes, inputs = blocks.buffer.count, pixels = out.shape.pixels
    let parts = (pixels + Self.jobPixels - 1) / Self.jobPixels
    let floor: Float = layer.hasReLU ? 0 : -.infinity
    precondition(residual?.start != out.start, "\(layer.name) cannot add in place")
    return Phase(jobs: out.blocks * parts) { job, _ in
      let group = job / parts, first = job % parts * Self.jobPixels
      let count = min(Self.jobPixels, pixels - first), start = first * lanes
      let y = out.block(group) + start
      for input in 0..<inputs {
        let u = weights.start + (group * inputs + input) * lanes * lanes
        kernels.multiply(
          v: blocks.buffer[input] + start, rowOfV: lanes, u: u, into: y, rows: count, depth: lanes, vectors: 1,
          isAdded: input > 0, nextV: blocks.buffer[min(input + 1, inputs - 1)] + start, nextU: u)
      }
      kernels.c.normalize(
        y, count, ones.start, bias.start + group * lanes, floor,
        residual.map { UnsafePointer($0.block(group) + start) }, y)
    }
  }
}
