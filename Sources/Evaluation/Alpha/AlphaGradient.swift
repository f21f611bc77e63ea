import U2NetPixels
import U2NetPlatform

/// The magnitudes of the gradients of two alphas, in the picture's reading order: derivatives of a Gaussian of σ = 1.4 in 9 × 9
/// pixels, of which each filter's squares sum up to 1; beyond the frame its pixels go on.
struct AlphaGradient {
  private static let sigma = 1.4, reach = 4
  /// The Gaussian and its derivative at -4 … 4, of which the filters are products.
  private static let filters: (smooth: [Float], slope: [Float]) = {
    let offsets = (-reach...reach).map(Double.init)
    let smooth = offsets.map { exp(-$0 * $0 / (2 * sigma * sigma)) }
    let slope = zip(offsets, smooth).map { -$0 * $1 }
    func unit(_ filter: [Double]) -> [Float] {
      let length = filter.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return filter.map { Float($0 / length) }
    }
    return (unit(smooth), unit(slope))
  }()

  private let prediction, truth: Image<Float>
  /// A row of either, filtered downwards, with as many more on both sides as the filters reach.
  private var smooth: [Float], slope: [Float]
  /// Magnitudes of the row.
  private var found: [Float], expected: [Float]

  init(_ prediction: Image<Float>, _ truth: Image<Float>) {
    (self.prediction, self.truth) = (prediction, truth)
    smooth = [Float](repeating: 0, count: truth.width + 2 * Self.reach)
    slope = smooth
    found = [Float](repeating: 0, count: truth.width)
    expected = found
  }

  /// How far the magnitudes are apart in column `x` of the row.
  func difference(_ x: Int) -> Float { found[x] - expected[x] }

  /// Computes a row's magnitudes.
  mutating func move(to row: Int) {
    magnitudes(of: prediction, row, into: \.found)
    magnitudes(of: truth, row, into: \.expected)
  }

  private mutating func magnitudes(
    of alpha: Image<Float>, _ row: Int, into result: WritableKeyPath<Self, [Float]>
  ) {
    let (width, height, reach) = (alpha.width, alpha.height, Self.reach)
    for x in smooth.indices { (smooth[x], slope[x]) = (0, 0) }
    for tap in 0...2 * reach {
      let start = min(max(row + tap - reach, 0), height - 1) * width
      let (a, b) = (Self.filters.smooth[tap], Self.filters.slope[tap])
      for x in 0..<width {
        let value = alpha.samples[start + x]
        smooth[reach + x] += a * value
        slope[reach + x] += b * value
      }
    }
    for x in 0..<reach {
      (smooth[x], slope[x]) = (smooth[reach], slope[reach])
      (smooth[reach + width + x], slope[reach + width + x]) = (smooth[reach + width - 1], slope[reach + width - 1])
    }
    for x in 0..<width {
      var across: Float = 0, along: Float = 0
      for tap in 0...2 * reach {
        across += Self.filters.slope[tap] * smooth[x + tap]
        along += Self.filters.smooth[tap] * slope[x + tap]
      }
      self[keyPath: result][x] = (across * across + along * along).squareRoot()
    }
  }
}
