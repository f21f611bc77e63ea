import U2NetCompute

/// How training computes a convolution: all of them by F(m×m, 3×3).
///
/// The m is chosen otherwise than for inference, which goes by measured times. Here weights are transformed in every step, which
/// makes large tiles dear where there are many, and gradients want the small errors of small tiles: with inference's choice
/// those of lite at 64×64 leave PyTorch's by more than a thousandth.
extension ConvolutionPlan {
  /// - Parameters:
  ///   - sources: channels of the input maps, which are read as one.
  ///   - out: shape of the result.
  ///   - tile: the m to use; nil to choose.
  init(training layer: Convolution, sources: [Int], out: MapShape, lanes: Int, tile: Int?) {
    var fusions: Fusions = [.residual, .pooling]  // `ConvolutionOperator` does them, whatever the tiles.
    if layer.dilation == 1 && Self.suitsWinograd(layer, sources: sources) { fusions.insert(.upsampling) }
    self.init(.winograd(tile: tile ?? Self.trainingTile(layer, out: out, lanes: lanes)), fusing: fusions)
  }

  /// The m with the least estimated time.
  static func trainingTile(_ layer: Convolution, out: MapShape, lanes: Int) -> Int {
    func cycles(_ m: Int) -> Double { trainingCycles(layer, out: out, lanes: lanes, m: m) }
    return (2...6).min { cycles($0) < cycles($1) }!
  }

  /// A rough count of one core's cycles. Two fused multiply-adds a cycle in the products; a transform costs about as
  /// many operations on a value as it has rows; weights that a cache cannot hold arrive at 8 bytes a cycle.
  private static func trainingCycles(_ layer: Convolution, out: MapShape, lanes: Int, m: Int) -> Double {
    let n = m + 2, tiles = Double(WinogradBlocking.tiles(out, dilation: layer.dilation, m: m).count)
    let inputs = Double(layer.input), outputs = Double((layer.output + lanes - 1) / lanes)
    let products = Double(n * n) * tiles * inputs * outputs / 2
    let transforms = Double(n * n) * Double(n) * tiles * (inputs / Double(lanes) + outputs) * 0.6
    let weightBytes = Double(n * n) * inputs * outputs * Double(lanes) * 4
    return products + transforms + (weightBytes > 4e6 ? weightBytes / 8 : 0)
  }
}
