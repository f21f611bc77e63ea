import U2NetCompute

/// The m of F(m×m, 3×3) for a convolution of a training step.
///
/// Inference chooses by measured times. Here weights are transformed in every step, which makes large tiles dear where there are many,
/// and gradients want the small errors of small tiles: with inference's choice those of lite at 64×64 leave PyTorch's by more
/// than a thousandth.
enum TileChoice {
  /// The m with the least estimated time.
  static func best(_ layer: Convolution, _ height: Int, _ width: Int, lanes: Int) -> Int {
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
