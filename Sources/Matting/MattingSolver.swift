internal import U2NetCMatting

/// Solves for alpha at unknown pixels: conjugate gradients in double precision, preconditioned by a multigrid cycle in
/// single precision (Gauss–Seidel, bilinear interpolation, P' A P).
///
/// Memory beside the level's: 6 doubles for each place.
struct MattingSolver {
  private let level: MultigridLevel
  private let threads: Int
  /// 1 at known foreground, 0 elsewhere.
  private let known: [Double]
  private let diagonal: [Double]
  private let rightSide: [Double]

  /// - Parameters:
  ///   - level: with its weights; the rest is made here.
  ///   - foreground: columns of known foreground for each row.
  ///   - evidence: what single pixels say of their alpha.
  init(_ level: MultigridLevel, foreground: [[Range<Int>]], evidence: Evidence? = nil, threads: Int) {
    self.level = level
    self.threads = threads
    let places = level.pixels.places
    let zeros = [Double](repeating: 0, count: places + MultigridLevel.margin)
    var known = zeros
    for (y, row) in foreground.enumerated() {
      for (columns, base) in level.pixels.stored(inRow: y) {
        for part in row where part.overlaps(columns) {
          for x in part.clamped(to: columns) { known[base + x] = 1 }
        }
      }
    }
    // Rows of the whole Laplacian sum to 0: the diagonal is the sum of all weights, and the right side that of the weights
    // to known foreground. Computed so, the rounding of weights to floats hardly matters.
    var diagonal = zeros, rightSide = zeros
    _ = level.multiply(
      zeros, [Double](repeating: 1, count: places + MultigridLevel.margin), into: &diagonal, threads: threads)
    _ = level.multiply(zeros, known, into: &rightSide, threads: threads)
    for place in 0..<places {
      diagonal[place] = -diagonal[place]
      rightSide[place] = -rightSide[place]
    }
    if let evidence {
      for run in level.pixels.runs {
        let row = Int(run.row) * evidence.alpha.width, base = Int(run.base.2)
        for x in Int(run.start)..<Int(run.end) {
          let weight = Double(evidence.weight.samples[row + x])
          diagonal[base + x] += weight
          rightSide[base + x] += weight * Double(evidence.alpha.samples[row + x])
        }
      }
    }
    for place in 0..<places {
      level.diagonal[place] = Float(diagonal[place])
      level.rightSide[place] = Float(rightSide[place])
    }
    self.known = known
    self.diagonal = diagonal
    self.rightSide = rightSide
    level.coarsen(threads: threads)
  }

  /// Alpha by place.
  func solve(tolerance: Double, maximumSteps: Int) throws(MattingError) -> [Double] {
    var x = known
    let (steps, left) = step(&x, residual: rightSide, tolerance: tolerance, maximumSteps: maximumSteps)
    // What is not a number is not small enough either.
    guard left <= tolerance else { throw .notConverged(steps: steps, residual: left) }
    return x
  }

  /// Alpha by place, some steps nearer to what `solve` gives than `start` is.
  /// - Parameter start: by place; 0 at pixels that are not unknown.
  func improve(_ start: [Double], tolerance: Double, steps: Int) throws(MattingError) -> [Double] {
    var x = known, residual = rightSide, product = [Double](repeating: 0, count: known.count)
    _ = level.multiply(diagonal, start, into: &product, threads: threads)
    for place in 0..<level.pixels.places {
      x[place] += start[place]
      residual[place] -= product[place]
      level.rightSide[place] = Float(residual[place])
    }
    let (made, left) = step(&x, residual: residual, tolerance: tolerance, maximumSteps: steps)
    guard left.isFinite else { throw .notConverged(steps: made, residual: left) }
    return x
  }

  /// Steps of conjugate gradients, until the residual is `tolerance` of `rightSide` or nothing that helps.
  /// - Parameters:
  ///   - x: what they begin with, and what they lead to.
  ///   - residual: of `x`; the level's right side is the same.
  /// - Returns: how many there were, and the residual as a part of `rightSide`.
  private func step(
    _ x: inout [Double], residual: [Double], tolerance: Double, maximumSteps: Int
  ) -> (steps: Int, left: Double) {
    var residual = residual
    var direction = [Double](repeating: 0, count: x.count), product = direction
    let first = rightSide.reduce(0) { $0 + $1 * $1 }
    var square = residual.reduce(0) { $0 + $1 * $1 }, slope = 0.0
    var steps = 0
    while !(square <= tolerance * tolerance * first), steps < maximumSteps, square.isFinite {
      level.cycle(threads: threads)
      let before = slope
      slope = sum { cm_dot($0, $1, residual, level.solution) }
      let beta = steps == 0 ? 0 : slope / before
      direction.withUnsafeMutableBufferPointer { direction in
        nonisolated(unsafe) let direction = direction.baseAddress!
        _ = sum {
          cm_direction($0, $1, beta, level.solution, direction)
          return 0
        }
      }
      let length = slope / level.multiply(diagonal, direction, into: &product, threads: threads)
      x.withUnsafeMutableBufferPointer { x in
        residual.withUnsafeMutableBufferPointer { residual in
          nonisolated(unsafe) let x = x.baseAddress!, residual = residual.baseAddress!
          square = sum { cm_step($0, $1, length, direction, product, x, residual, level.rightSide) }
        }
      }
      steps += 1
    }
    return (steps, square > 0 ? (square / first).squareRoot() : square)
  }

  /// Calls `part` for parts of the places, and adds up what it returns.
  private func sum(_ part: (_ first: Int, _ end: Int) -> Double) -> Double {
    let bands = Bands(of: level.pixels.places, height: 1 << 15)
    let sums: [Double] = filled(bands.count) { sums in
      nonisolated(unsafe) let sums = sums
      inParallel(bands.count, threads: threads) { sums[$0] = part(bands[$0].lowerBound, bands[$0].upperBound) }
    }
    return sums.reduce(0, +)
  }
}
