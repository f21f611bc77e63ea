/// Which algorithm computes a convolution: decided here and nowhere else.
package enum ConvolutionAlgorithm: Equatable {
  /// F(m×m, 3×3).
  case winograd(Int)
  /// A dot product a pixel, for one output channel.
  case single
  /// Products of the blocks themselves, for 1×1 kernels.
  case pointwise
  /// OpenBLAS on unfolded pixels: everything else.
  case lowered

  /// - Parameters:
  ///   - sources: shapes of the input maps, which are read as one.
  ///   - out: shape of the result.
  ///   - tile: the m to use for all Winograd convolutions; nil to choose.
  init(_ layer: Convolution, sources: [MapShape], out: MapShape, kernels: Kernels, tile: Int?) {
    if SingleConvolution.canRun(layer, sources: sources) {
      self = .single
    } else if WinogradConvolution.canRun(layer, sources: sources) {
      self = .winograd(tile ?? Self.bestTile(layer, out.height, out.width, lanes: kernels.lanes))
    } else if PointwiseConvolution.canRun(layer, sources: sources) {
      self = .pointwise
    } else {
      self = .lowered
    }
  }

  /// The m with the least estimated time. F(6×6) is the largest: F(8×8) loses accuracy.
  static func bestTile(_ layer: Convolution, _ height: Int, _ width: Int, lanes: Int) -> Int {
    (2...6).min { cycles(layer, height, width, lanes, m: $0) < cycles(layer, height, width, lanes, m: $1) }!
  }

  /// A rough count of one core's cycles: 16 fused multiply-adds a cycle in the products, during which the weights arrive
  /// at 4 bytes a cycle; and 5 cycles for eight lanes of a value in the transforms, which wait for memory.
  ///
  /// The two numbers are those that choose best on a Zen 4, where every layer of both models was timed with every m, with
  /// AVX-512 and AVX2: the choices take 1 % longer than the best ones (3 and 6 bytes a cycle: 3 % and 1 %, but 6 takes 8 % more
  /// memory for weights).
  private static func cycles(
    _ layer: Convolution, _ height: Int, _ width: Int, _ lanes: Int, m: Int
  ) -> Double {
    let d = layer.dilation, n2 = (m + 2) * (m + 2)
    let tilesY = ((height + d - 1) / d + m - 1) / m, tilesX = ((width + d - 1) / d + m - 1) / m
    let values = Double(n2 * min(d, height) * min(d, width) * tilesY * tilesX)
    let inputBlocks = StoredMap.blocks(layer.input, lanes: lanes)
    let outputBlocks = StoredMap.blocks(layer.output, lanes: lanes)
    // At 4 bytes a cycle each takes one.
    let weights = Double(n2 * layer.input * outputBlocks * lanes)
    let products = values * Double(layer.input * outputBlocks * lanes) / 16
    let transforms = values * Double((inputBlocks + outputBlocks) * lanes) / 8 * 5
    return max(products, weights) + transforms
  }
}
