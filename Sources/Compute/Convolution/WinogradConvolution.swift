import U2NetCKernels

/// A 3×3 convolution by F(m×m, 3×3): m² outputs with (m+2)² multiplications a channel pair instead of 9·m²
/// (Lavin and Gray 2016, "Fast Algorithms for Convolutional Neural Networks").
///
///     V[xi][tile][k]          = transformed tiles of the input              n² = (m+2)² matrices
///     P[xi][tile][o]          = V[xi] · U[group][xi][k][o]                  a group: two vectors of output channels
///     out                     = transformed back + bias, ReLU, + residual
///
/// Legend: k input channels, o output channels, xi index of a product.
package struct WinogradConvolution: @unchecked Sendable {  // The jobs of a phase share out what they write.
  package let layer: Convolution
  package let kernels: Kernels
  package let transforms: ck_winograd
  package let blocking: WinogradBlocking
  package let tiling: OwnedBuffer<ck_tiling>
  /// All blocks of all input maps.
  package let blocks: OwnedBuffer<ck_source>
  /// Of the input maps that are resized on the way.
  private let interpolations: [Interpolation]
  /// The weight's input channel of each k, −1 for a lane of padding.
  let channel: [Int32]
  /// The weight's output channel of each lane of the groups, −1 beyond the layer's outputs.
  let output: [Int32]
  private(set) var values: Values
  let weights: Weights
  /// Of all groups' lanes, zero beyond the layer's outputs.
  private let bias: OwnedFloats
  let results: OwnedBuffer<ck_result>
  /// Whether results may be written past the caches.
  let streams: Bool

  /// A larger result is not in the caches any more when it is read, so it is written past them, which spares reading
  /// what was there before. Measured on lite, whose maps have 26 MB, 6.5 MB and less: 3 % of its time with 12 MB, 1 % less
  /// of that with 4 MB.
  private static let streamedBytes = 12_000_000

  /// - Parameters:
  ///   - other: the same layer, planned alike: its transformed weights serve this one, too.
  ///   - sources: the blocked input maps, which are read as one; those of another size than `out` are resized on the way, for
  ///     which the layer may not be dilated.
  ///   - destination: for a pooled map m must be even, and the layer may not be dilated.
  package init(
    _ layer: Convolution, _ values: Values, sources: [StoredMap], into destination: Destination, m: Int,
    kernels: Kernels, weightUse: WeightUse, sharing other: WinogradConvolution? = nil, pool: ThreadPool
  ) {
    precondition(
      layer.kernel == 3 && !(sources + destination.maps).contains { $0.isPlanar },
      "\(layer.name) cannot be a Winograd convolution")
    precondition(
      m % 2 == 0 && layer.dilation == 1 || !destination.blocks.contains { $0.pooled != nil },
      "\(layer.name) by F(\(m)×\(m)) with dilation \(layer.dilation) cannot pool its result")
    let out = destination.maps[0].shape, lanes = kernels.lanes
    self.layer = layer
    self.kernels = kernels
    transforms = kernels.winograd(m)
    (blocks, interpolations) = Self.blocks(sources, readAs: out)
    precondition(
      interpolations.isEmpty || layer.dilation == 1, "\(layer.name) is dilated and cannot resize what it reads")
    var channel = StoredMap.lanes(sources)
    while channel.last == -1 { channel.removeLast() }
    self.channel = channel

    let blocking = WinogradBlocking(
      layer, m: m, sources: sources.map(\.shape.channels), results: destination.maps.map(\.shape.channels),
      out: out, images: destination.maps[0].images, kernels: kernels, weightUse: weightUse)
    self.blocking = blocking
    tiling = OwnedBuffer([blocking.tiling])
    let output =
      StoredMap.lanes(destination.maps)
      + Array(repeating: -1, count: blocking.groups * blocking.groupLanes - destination.blocks.count * lanes)
    self.output = output
    let bias = other?.bias ?? OwnedBuffer(output.map { $0 < 0 ? 0 : values.bias?[Int($0)] ?? 0 })
    self.bias = bias
    // Only rows that begin with a cache line can be streamed.
    let bytes = destination.maps.reduce(0) { $0 + $1.count } * MemoryLayout<Float>.size
    let streams = bytes > Self.streamedBytes && out.width * lanes % ArenaPlan.alignment == 0
    self.streams = streams
    results = OwnedBuffer(
      destination.blocks.enumerated().map { index, block in
        ck_result(
          block: block.out, bias: bias.start + index * lanes, floor: layer.hasReLU ? 0 : -.infinity,
          residual: block.residual, pooled: block.pooled,
          streams: streams && block.residual != UnsafeMutablePointer(block.out) ? 1 : 0)
      })
    self.values = values
    switch (other?.weights, blocking.weightPlace) {
    case (.ready(let u)?, _): weights = .ready(u)
    case (_, .shared): weights = .shared
    case (_, .onTheWay): weights = .onTheWay
    case (_, .ready):
      let u = OwnedFloats(count: blocking.countOfU)
      weights = .ready(u)
      transformAllWeights(into: u, pool)
    }
    if isReady { self.values.weight = nil }
  }

  /// The blocks of `sources`, and how those of another size than `out` are resized.
  private static func blocks(
    _ sources: [StoredMap], readAs out: MapShape
  ) -> (OwnedBuffer<ck_source>, [Interpolation]) {
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
    return (OwnedBuffer(blocks), interpolations)
  }

  /// Whether all that is needed of the trained values is kept transformed: one that shares it needs no values.
  var isReady: Bool { if case .ready = weights { true } else { false } }
}
