import U2NetPlatform

/// The filters of `resized(width:height:filter:threads:)`. When an image shrinks, the filter widens by the
/// factor, so that every input pixel counts.
public enum ResampleFilter: Sendable, CaseIterable {
  /// A triangle of two (output) pixels: 1 - |x|.
  case bilinear
  /// A windowed sinc of six (output) pixels: sinc(x) sinc(x / 3). Sharper; overshoots at edges.
  case lanczos

  /// How far the filter reaches to each side.
  var support: Double {
    switch self {
    case .bilinear: 1
    case .lanczos: 3
    }
  }

  func callAsFunction(_ x: Double) -> Double {
    func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }
    return switch self {
    case .bilinear: max(0, 1 - abs(x))
    case .lanczos: -3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0
    }
  }
}

/// Which input positions make up each output position along one axis, and with what weights.
///
/// Positions, rounding and normalisation are Pillow's: with scale = input / output, output i is centred on
/// (i + 0.5) scale, and the filter is stretched by max(scale, 1).
struct ResampleTaps<Weight: BitwiseCopyable & Sendable>: Sendable {
  /// The most taps of any output; weights of output i start at i * stride.
  let stride: Int
  /// The input positions of each output.
  private(set) var ranges: [Range<Int>]
  private(set) var weights: [Weight]

  init(from input: Int, to output: Int, filter: ResampleFilter, weight: (Double) -> Weight) {
    let scale = Double(input) / Double(output)
    let stretch = max(scale, 1)
    let support = filter.support * stretch
    stride = Int(support.rounded(.up)) * 2 + 1
    ranges = []
    weights = [Weight](repeating: weight(0), count: output * stride)
    for i in 0..<output {
      let centre = (Double(i) + 0.5) * scale
      let first = max(0, Int(centre - support + 0.5))
      let end = min(input, Int(centre + support + 0.5))
      let values = (first..<end).map { filter((Double($0) - centre + 0.5) * (1 / stretch)) }
      let sum = values.reduce(0, +)
      ranges.append(first..<end)
      for (k, value) in values.enumerated() { weights[i * stride + k] = weight(sum == 0 ? value : value / sum) }
    }
  }

  /// All input positions of some neighbouring outputs.
  func inputs(of outputs: Range<Int>) -> Range<Int> {
    ranges[outputs.lowerBound].lowerBound..<ranges[outputs.upperBound - 1].upperBound
  }
}
