/// How one convolution is computed: which algorithm, and what that does beside its sums.
///
/// Decided here and nowhere else, once for each layer of a graph. `Schedule` makes steps of their own of what is not fused,
/// `Schedule.buffers` lets a result take its residual's memory where the plan allows it, and `Operator` runs the algorithm; a
/// new algorithm is a case here, and fuses nothing until `fusions` says so.
package struct ConvolutionPlan: Hashable, Sendable {
  package enum Algorithm: Hashable, Sendable {
    /// F(tile×tile, 3×3).
    case winograd(tile: Int)
    /// A dot product a pixel, for one output channel.
    case single
    /// Products of the blocks themselves, for 1×1 kernels.
    case pointwise
    /// Products of unfolded pixels: everything else.
    case unfolded
  }

  /// What a convolution does on the way, beside its sums and its bias. A ReLU is on the way, too, wherever the layer has one.
  package struct Fusions: OptionSet, Hashable, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Maps of another size than the result are resized while they are read.
    package static let upsampling = Fusions(rawValue: 1)
    /// A map is added after the ReLU.
    package static let residual = Fusions(rawValue: 2)
    /// The residual's memory may be the result's: each of its pixels is read just before that of the result is written, and
    /// never again.
    package static let residualInPlace = Fusions(rawValue: 4)
    /// The result is max-pooled as it is written, into a map of its own.
    package static let pooling = Fusions(rawValue: 8)
    package static let all: Fusions = [.upsampling, .residual, .residualInPlace, .pooling]
  }

  package let algorithm: Algorithm
  package let fusions: Fusions

  /// - Parameter fusions: what whoever runs the algorithm does on the way.
  package init(_ algorithm: Algorithm, fusing fusions: Fusions) {
    self.algorithm = algorithm
    self.fusions = fusions
  }

  /// For inference.
  /// - Parameters:
  ///   - sources: channels of the input maps, which are read as one.
  ///   - out: shape of the result.
  package init(_ layer: Convolution, sources: [Int], out: MapShape, options: Inference.Options) {
    let algorithm = Self.algorithm(layer, sources: sources, out: out, options: options)
    self.init(algorithm, fusing: Self.fusions(algorithm, layer).intersection(options.fusions))
  }

  private static func algorithm(
    _ layer: Convolution, sources: [Int], out: MapShape, options: Inference.Options
  ) -> Algorithm {
    let areBlocked = sources.allSatisfy { $0 > 1 }  // Maps of one channel are planar.
    if layer.kernel == 3 && layer.dilation == 1 && layer.output == 1 && !layer.hasReLU && areBlocked { return .single }
    if suitsWinograd(layer, sources: sources) {
      return .winograd(tile: options.tile ?? bestTile(layer, out: out, lanes: options.kernels.lanes))
    }
    return layer.kernel == 1 && layer.output > 1 && areBlocked ? .pointwise : .unfolded
  }

  /// What an algorithm can.
  private static func fusions(_ algorithm: Algorithm, _ layer: Convolution) -> Fusions {
    switch algorithm {
    case .winograd(let m):
      var fusions: Fusions = [.residual, .residualInPlace]
      // Between the pixels of a phase lie those of others.
      if layer.dilation == 1 { fusions.insert(.upsampling) }
      if layer.dilation == 1 && m % 2 == 0 { fusions.insert(.pooling) }  // A window lies in one tile.
      return fusions
    case .pointwise: return .residual  // Sums are kept in the result, so the residual must not lie there.
    case .single, .unfolded: return []
    }
  }

  /// Whether it is a 3×3 convolution of blocked maps.
  package static func suitsWinograd(_ layer: Convolution, sources: [Int]) -> Bool {
    layer.kernel == 3 && layer.output > 1 && sources.allSatisfy { $0 > 1 }
  }

  /// The m with the least estimated time. F(6×6) is the largest: F(8×8) loses accuracy.
  private static func bestTile(_ layer: Convolution, out: MapShape, lanes: Int) -> Int {
    (2...6).min { cycles(layer, out: out, lanes: lanes, m: $0) < cycles(layer, out: out, lanes: lanes, m: $1) }!
  }

  /// A rough count of one core's cycles: 16 fused multiply-adds a cycle in the products, during which the weights arrive
  /// at 4 bytes a cycle; and 5 cycles for eight lanes of a value in the transforms, which wait for memory.
  ///
  /// The two numbers are those that choose best on a Zen 4, where every layer of both models was timed with every m, with
  /// AVX-512 and AVX2: the choices take 1 % longer than the best ones (3 and 6 bytes a cycle: 3 % and 1 %, but 6 takes 8 % more
  /// memory for weights).
  private static func cycles(_ layer: Convolution, out: MapShape, lanes: Int, m: Int) -> Double {
    let values = Double((m + 2) * (m + 2) * WinogradBlocking.tiles(out, dilation: layer.dilation, m: m).count)
    let inputBlocks = StoredMap.blocks(layer.input, lanes: lanes)
    let outputBlocks = StoredMap.blocks(layer.output, lanes: lanes)
    // At 4 bytes a cycle each takes one.
    let weights = Double((m + 2) * (m + 2) * layer.input * outputBlocks * lanes)
    let products = values * Double(layer.input * outputBlocks * lanes) / 16
    let transforms = values * Double((inputBlocks + outputBlocks) * lanes) / 8 * 5
    return max(products, weights) + transforms
  }
}
