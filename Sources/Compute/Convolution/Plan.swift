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
  package static func bestTile(_ layer: Convolution, _ height: Int, _ width: Int, lanes: Int) -> Int {
    (2...6).min { cycles(layer, height, width, lanes, m: $0) < cycles(layer, height, width, lanes, m: $1) }!
  }

  /// A rough count of one core's cycles. Two fused multiply-adds a cycle in the products; a transform costs about as
  /// many operations on a value as it has rows; weights that a cache cannot hold arrive at 8 bytes a cycle.
  private static func cycles(
    _ layer: Convolution, _ height: Int, _ width: Int, _ lanes: Int, m: Int
  ) -> Double {
    let d = layer.dilation, n = m + 2
    let tilesY = ((height + d - 1) / d + m - 1) / m, tilesX = ((width + d - 1) / d + m - 1) / m
    let tiles = Double(min(d, height) * min(d, width) * tilesY * tilesX)
    let inputs = Double(layer.input), outputs = Double((layer.output + lanes - 1) / lanes)
    let products = Double(n * n) * tiles * inputs * outputs / 2
    let transforms = Double(n * n) * Double(n) * tiles * (inputs / Double(lanes) + outputs) * 0.6
    let weightBytes = Double(n * n) * inputs * outputs * Double(lanes) * 4
    return products + transforms + (weightBytes > 4e6 ? weightBytes / 8 : 0)
  }
}
