internal import U2NetCMatting

/// A symmetric, positive definite matrix over unknown pixels, with what a multigrid cycle needs to solve it roughly.
///
/// Memory: 17 floats for each place.
final class MultigridLevel {
  let pixels: UnknownPixels
  /// Minus the elements off the diagonal, see `cm_stencils`.
  let weights: UnsafeMutablePointer<Float>
  let diagonal: UnsafeMutablePointer<Float>
  private let inverseDiagonal: UnsafeMutablePointer<Float>
  /// What to solve for.
  let rightSide: UnsafeMutablePointer<Float>
  /// What the last cycle left.
  let solution: UnsafeMutablePointer<Float>
  private let residual: UnsafeMutablePointer<Float>
  private let knownPlaces: [[Range<Int>]]
  private let runs: UnsafeMutablePointer<cm_run>
  /// Sweeps to and fro that solve the coarsest level, which has up to `fewestPixels`.
  private static let coarsestSweeps = 8
  private static let fewestPixels = 64
  /// Levels of fewer pixels are swept by one thread: waking others would take longer.
  private static let fewestToShare = 20_000
  /// Room that kernels want behind vectors.
  static let margin = 8
  private var coarser: (level: MultigridLevel, links: [cm_link])?

  /// A level with all weights 0.
  init(_ pixels: UnknownPixels) {
    self.pixels = pixels
    func zeros(_ count: Int) -> UnsafeMutablePointer<Float> {
      let count = count + Self.margin
      let numbers = UnsafeMutablePointer<Float>.allocate(capacity: count)
      numbers.initialize(repeating: 0, count: count)
      return numbers
    }
    weights = zeros(12 * pixels.places)
    diagonal = zeros(pixels.places)
    inverseDiagonal = zeros(pixels.places)
    rightSide = zeros(pixels.places)
    solution = zeros(pixels.places)
    residual = zeros(pixels.places)
    knownPlaces = pixels.rows.indices.map(pixels.knownPlaces)
    runs = .allocate(capacity: pixels.runs.count)
    runs.initialize(from: pixels.runs, count: pixels.runs.count)
  }

  deinit {
    for numbers in [weights, diagonal, inverseDiagonal, rightSide, solution, residual] { numbers.deallocate() }
    runs.deallocate()
  }

  private var matrix: cm_stencils { cm_stencils(runs: runs, weights: weights, stride: pixels.places) }

  /// Calls `body` for runs that make up all, for several at a time where that is worth it.
  private func forEachBlock(threads: Int, _ body: (_ runs: Range<Int>) -> Void) {
    forEachBlock(of: pixels.blocks.indices, threads: threads, body)
  }

  private func forEachBlock(of blocks: some Collection<Int>, threads: Int, _ body: (Range<Int>) -> Void) {
    let blocks = Array(blocks)
    let threads = pixels.count < Self.fewestToShare ? 1 : threads
    inParallel(blocks.count, threads: threads) { body(pixels.blocks[blocks[$0]]) }
  }

  /// y = A x with another diagonal.
  /// - Parameter x: 0 at pixels that are not unknown, where A is to be of unknown pixels alone.
  /// - Returns: the dot product of x and y.
  func multiply(_ diagonal: [Double], _ x: [Double], into y: inout [Double], threads: Int) -> Double {
    let products: [Double] = y.withUnsafeMutableBufferPointer { y in
      nonisolated(unsafe) let y = y.baseAddress!
      return filled(pixels.blocks.count) { products in
        nonisolated(unsafe) let products = products
        inParallel(pixels.blocks.count, threads: threads) { block in
          var matrix = matrix
          products[block] = cm_multiply(
            &matrix, pixels.blocks[block].lowerBound, pixels.blocks[block].upperBound, diagonal, x, y)
        }
      }
    }
    return products.reduce(0, +)
  }

  // MARK: - Set-up

  /// Makes the coarser levels. Weights and diagonal must be there.
  func coarsen(threads: Int) {
    for run in pixels.runs {
      let places = Int(run.base.2 + run.start)..<Int(run.base.2 + run.end)
      for place in places { inverseDiagonal[place] = 1 / diagonal[place] }
    }
    let coarse = pixels.coarser
    guard pixels.count > Self.fewestPixels, coarse.count > 0 else { return }
    let level = MultigridLevel(coarse)
    let links = coarse.runs.map { run in
      func base(_ down: Int) -> Int32 { Int32(pixels.base(ofRow: 2 * Int(run.row) + down, column: 2 * Int(run.start))) }
      return cm_link(base: (base(-1), base(0), base(1)))
    }
    project(to: level, threads: threads)
    level.coarsen(threads: threads)
    coarser = (level, links)
  }

  /// Writes P' A P to a coarser level, P its interpolation to this one.
  private func project(to coarse: MultigridLevel, threads: Int) {
    let unknown: [Float] = filled(pixels.places) { unknown in
      unknown.initialize(repeating: 0, count: pixels.places)
      for run in pixels.runs {
        (unknown + Int(run.base.2 + run.start)).update(repeating: 1, count: Int(run.end - run.start))
      }
    }
    // Columns may start 3 before those of a run.
    let margin = 8
    let width = (pixels.rows.joined().map(\.upperBound).max() ?? 0) + 2 * margin
    coarse.forEachBlock(threads: threads) { block in
      let places = UnsafeMutablePointer<Int32>.allocate(capacity: 7 * width)
      defer { places.deallocate() }
      let rows = (0..<7).map { UnsafePointer(places + $0 * width + margin) as UnsafePointer<Int32>? }
      var placed: Int32?
      for n in block {
        let run = coarse.runs[n]
        if placed != run.row {
          placed = run.row
          places.initialize(repeating: 0, count: 7 * width)
          for row in 0..<7 {
            for (columns, base) in pixels.stored(inRow: 2 * Int(run.row) + row - 3) {
              for column in columns { places[row * width + margin + column] = Int32(base + column) }
            }
          }
        }
        var matrix = matrix
        let base = Int(run.base.2)
        cm_coarsen(
          &matrix, diagonal, unknown, rows, Int(run.start), Int(run.end), coarse.weights + base, coarse.pixels.places,
          coarse.diagonal + base)
      }
    }
  }

  // MARK: - Cycle

  /// Solves for `rightSide`, roughly, from 0: a symmetric linear map. A V-cycle with one sweep down, one up.
  func cycle(threads: Int) {
    solution.update(repeating: 0, count: pixels.places)
    for time in 0..<(coarser == nil ? Self.coarsestSweeps : 1) {
      sweepForward(isFromZero: time == 0, threads: threads)
      if let (coarse, links) = coarser {
        forEachBlock(threads: threads) { block in
          var matrix = matrix
          cm_residual_after_sweep(
            &matrix, block.lowerBound, block.upperBound, diagonal, rightSide, solution, residual)
        }
        coarse.forEachBlock(threads: threads) { block in
          cm_restrict(coarse.runs, links, block.lowerBound, block.upperBound, residual, coarse.rightSide)
        }
        coarse.cycle(threads: threads)
        forEachBlock(threads: threads) { block in addCorrection(of: coarse, links, toRowsOf: block) }
      }
      sweepBackward(threads: threads)
    }
  }

  private func addCorrection(of coarse: MultigridLevel, _ links: [cm_link], toRowsOf block: Range<Int>) {
    for y in Int(runs[block.lowerBound].row)...Int(runs[block.upperBound - 1].row) where !pixels.rows[y].isEmpty {
      func add(_ row: Int, _ down: Int, _ weight: Float) {
        guard row + 1 < coarse.pixels.firstRun.count else { return }
        cm_prolong(
          coarse.runs, links, coarse.pixels.firstRun[row], coarse.pixels.firstRun[row + 1], down, weight,
          coarse.solution, solution)
      }
      if y % 2 == 0 {
        add(y / 2, 0, 1)
      } else {
        add(y / 2, 1, 0.5)
        add(y / 2 + 1, -1, 0.5)
      }
      for places in knownPlaces[y] { (solution + places.lowerBound).update(repeating: 0, count: places.count) }
    }
  }

  // Every second block at a time: that is a sweep of Gauss–Seidel in another order.

  private func sweepForward(isFromZero: Bool, threads: Int) {
    for parity in 0...1 {
      forEachBlock(of: stride(from: parity, to: pixels.blocks.count, by: 2).map(\.self), threads: threads) { block in
        var matrix = matrix
        cm_sweep_forward(
          &matrix, block.lowerBound, block.upperBound, inverseDiagonal, rightSide, isFromZero ? 1 : 0, solution)
      }
    }
  }

  private func sweepBackward(threads: Int) {
    for parity in [1, 0] {
      forEachBlock(of: stride(from: parity, to: pixels.blocks.count, by: 2).map(\.self), threads: threads) { block in
        var matrix = matrix
        cm_sweep_backward(&matrix, block.lowerBound, block.upperBound, inverseDiagonal, rightSide, solution)
      }
    }
  }
}
