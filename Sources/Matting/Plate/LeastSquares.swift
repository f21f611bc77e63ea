import U2NetPlatform

/// Sums of a weighted linear least-squares problem of a few unknowns.
struct LeastSquares {
  private let count: Int
  private var matrix: [Double]
  private var rightSide: [Double]

  init(unknowns: Int) {
    count = unknowns
    matrix = Array(repeating: 0, count: unknowns * unknowns)
    rightSide = Array(repeating: 0, count: unknowns)
  }

  /// One more equation: `row` · unknowns = `value`.
  mutating func add(_ row: [Double], value: Double, weight: Double) {
    for i in 0..<count {
      let weighted = weight * row[i]
      for j in i..<count { matrix[i * count + j] += weighted * row[j] }
      rightSide[i] += weighted * value
    }
  }

  /// Draws an unknown towards a value, as strongly as so many equations of weight 1 would.
  mutating func draw(_ unknown: Int, to value: Double, weight: Double) {
    matrix[unknown * count + unknown] += weight
    rightSide[unknown] += weight * value
  }

  /// The unknowns, by elimination: the matrix is positive semi-definite. Those that nothing is known of are 0.
  func solution() -> [Double] {
    var a = matrix, b = rightSide
    for i in 0..<count { for j in 0..<i { a[i * count + j] = a[j * count + i] } }
    let scale = (0..<count).map { a[$0 * count + $0] }
    var isFree = [Bool](repeating: false, count: count)
    for pivot in 0..<count {
      guard a[pivot * count + pivot] > 1e-12 * scale[pivot], scale[pivot] > 0 else {
        isFree[pivot] = true
        continue
      }
      for row in 0..<count where row != pivot {
        let factor = a[row * count + pivot] / a[pivot * count + pivot]
        for column in 0..<count { a[row * count + column] -= factor * a[pivot * count + column] }
        b[row] -= factor * b[pivot]
      }
    }
    return (0..<count).map { isFree[$0] ? 0 : b[$0] / a[$0 * count + $0] }
  }
}

/// What the typical size of residuals is, though up to two thirds of them are of other things: the standard deviation of a normal
/// distribution with the same quantile of 0.3.
func robustDeviation(_ residuals: [Double]) -> Double {
  guard !residuals.isEmpty else { return 0 }
  return residuals.map(abs).sorted()[Int(0.3 * Double(residuals.count - 1))] / 0.385
}

/// How much a residual of so many deviations counts: Geman and McClure's weight.
func robustWeight(_ residual: Double, deviation: Double) -> Double {
  let ratio = residual / (2 * deviation), denominator = 1 + ratio * ratio
  return 1 / (denominator * denominator)
}

/// The most frequent of ratios, 0.3…3.3: the maximum of their histogram, smoothed. 1 if there is none.
func commonRatio(_ ratios: [Double]) -> Double {
  let bins = 120, low = log(0.3), width = log(11) / Double(bins)
  var histogram = [Double](repeating: 0, count: bins)
  for ratio in ratios where ratio > 0 {
    let bin = Int(((log(ratio) - low) / width).rounded(.down))
    if histogram.indices.contains(bin) { histogram[bin] += 1 }
  }
  let taps = [0.06, 0.25, 0.38, 0.25, 0.06]
  let smooth = histogram.indices.map { bin in
    taps.indices.reduce(0) {
      let at = bin + $1 - 2
      return $0 + (histogram.indices.contains(at) ? taps[$1] * histogram[at] : 0)
    }
  }
  guard let most = smooth.max(), most > 0 else { return 1 }
  return exp(low + (Double(smooth.firstIndex(of: most)!) + 0.5) * width)
}
