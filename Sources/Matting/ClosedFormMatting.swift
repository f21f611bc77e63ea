internal import CMatting
import Images

/// Alpha from a photo and a trimap: closed-form matting (Levin, Lischinski and Weiss, "A Closed-Form Solution to Natural
/// Image Matting", 2008) as pymatting's `estimate_alpha_cf`, over the unknown pixels only, with known ones as they are.
///
/// The system is solved by conjugate gradients, preconditioned by a multigrid cycle (Gauss–Seidel, bilinear interpolation,
/// P' A P). Memory: about 160 bytes for each unknown pixel.
public enum ClosedFormMatting {
  /// pymatting adds it before it divides by the 9 pixels of a window.
  private static let epsilon = 1e-7

  /// - Parameters:
  ///   - photo: of any channels; alpha of its own is ignored.
  ///   - trimap: grey, of the photo's size: 230 and above object, 25 and below background, unknown between.
  ///   - tolerance: the residual to stop at, as a part of the first. pymatting's 1e-7 leaves errors of alpha below 1e-3.
  ///   - maximumSteps: of conjugate gradients; photos take 100 to 200.
  /// - Returns: grey, 0 background … full object.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public static func alpha<Sample: MaskSample>(
    of photo: Image<Sample>, trimap: Image<UInt8>, tolerance: Double = 1e-7, maximumSteps: Int = 2000, threads: Int = 1
  ) throws(MattingError) -> Image<Sample> {
    requireMask(trimap, of: photo)
    let (isForeground, isBackground) = ({ (value: UInt8) in value >= 230 }, { (value: UInt8) in value <= 25 })
    guard photo.width >= 3, photo.height >= 3 else {
      throw .photoTooSmall(width: photo.width, height: photo.height)
    }
    guard trimap.samples.contains(where: isForeground) else { throw .noKnownForeground }
    guard trimap.samples.contains(where: isBackground) else { throw .noKnownBackground }
    let width = photo.width
    let pixels = UnknownPixels(rows: trimap.runs { !isForeground($0) && !isBackground($0) })
    let foreground = trimap.runs(where: isForeground)

    let level = MattingLevel(pixels)
    addLaplacian(of: photo, to: level, threads: threads)
    let unknown = try solve(
      level, foreground: foreground, tolerance: tolerance, maximumSteps: maximumSteps, threads: threads)
    return Image(width: width, height: photo.height, channels: .gray) { output in
      output.update(repeating: .none)
      for (y, row) in foreground.enumerated() {
        for columns in row {
          (output.baseAddress! + y * width + columns.lowerBound).update(repeating: .full, count: columns.count)
        }
      }
      for run in pixels.runs {
        let (row, base) = (Int(run.row) * width, Int(run.base.2))
        for x in Int(run.start)..<Int(run.end) { output[row + x] = Sample(share: Float(unknown[base + x])) }
      }
    }
  }

  @inline(__always)
  private static func addLaplacian<Sample: MaskSample>(of photo: Image<Sample>, to level: MattingLevel, threads: Int) {
    let (width, pixels) = (photo.width, level.pixels)
    // A row of windows writes to three rows of pixels, so neighbouring bands must not be computed at once.
    let bands = Bands(of: photo.height, height: 32)
    photo.withPixels { photo in
      for parity in 0...1 {
        inParallel((bands.count + 1 - parity) / 2, threads: threads) { index in
          let colors = UnsafeMutablePointer<SIMD4<Double>>.allocate(capacity: 3 * width)
          defer { colors.deallocate() }
          let rows = (0..<3).map {
            UnsafePointer(UnsafeMutableRawPointer(colors + $0 * width).assumingMemoryBound(to: Double.self))
              as UnsafePointer<Double>?
          }
          for y in bands[2 * index + parity] where y > 0 && y < bands.rows - 1 {
            for columns in UnknownPixels.union(pixels.rows, around: y, reach: 1) {
              let columns = columns.clamped(to: 1..<width - 1)
              for row in 0..<3 {
                for x in columns.lowerBound - 1..<columns.upperBound + 1 {
                  colors[row * width + x] = photo.precise((y + row - 1) * width + x)
                }
              }
              let bases = (-1...1).map { Int32(pixels.base(ofRow: y + $0, column: columns.lowerBound)) }
              cm_laplacian(
                columns.lowerBound, columns.upperBound, bases, rows, epsilon, level.weights, pixels.places)
            }
          }
        }
      }
    }
  }

  /// Alpha by place.
  private static func solve(
    _ level: MattingLevel, foreground: [[Range<Int>]], tolerance: Double, maximumSteps: Int, threads: Int
  ) throws(MattingError) -> [Double] {
    let pixels = level.pixels, places = pixels.places
    var zeros: [Double] { [Double](repeating: 0, count: places + MattingLevel.margin) }
    func multiply(_ diagonal: [Double], _ x: [Double], _ y: inout [Double]) -> Double {
      let products: [Double] = y.withUnsafeMutableBufferPointer { y in
        nonisolated(unsafe) let y = y.baseAddress!
        return filled(pixels.blocks.count) { products in
          nonisolated(unsafe) let products = products
          inParallel(pixels.blocks.count, threads: threads) { block in
            let runs = pixels.blocks[block]
            var matrix = level.matrix
            products[block] = cm_multiply(&matrix, runs.lowerBound, runs.upperBound, diagonal, x, y)
          }
        }
      }
      return products.reduce(0, +)
    }

    // Rows of the whole Laplacian sum to 0: the diagonal is the sum of all weights, and the right side that of the weights
    // to known foreground. Computed so, the rounding of weights to floats hardly matters.
    var diagonal = zeros, residual = zeros
    _ = multiply(zeros, [Double](repeating: 1, count: places + MattingLevel.margin), &diagonal)
    for place in 0..<places { diagonal[place] = -diagonal[place] }
    var known = zeros
    for (y, row) in foreground.enumerated() {
      for (columns, base) in pixels.stored(inRow: y) {
        for part in row where part.overlaps(columns) {
          for x in part.clamped(to: columns) { known[base + x] = 1 }
        }
      }
    }
    _ = multiply(zeros, known, &residual)
    for place in 0..<places {
      residual[place] = -residual[place]
      level.rightSide[place] = Float(residual[place])
      level.diagonal[place] = Float(diagonal[place])
    }
    level.coarsen(threads: threads)

    var x = known, direction = zeros, product = zeros
    let first = residual.reduce(0) { $0 + $1 * $1 }
    var (square, slope) = (first, 0.0)
    var steps = 0
    while square > tolerance * tolerance * first {
      if steps == maximumSteps || !square.isFinite {
        throw .notConverged(steps: steps, residual: (square / first).squareRoot())
      }
      level.cycle(threads: threads)
      let before = slope
      slope = cm_dot(places, residual, level.solution)
      cm_direction(places, steps == 0 ? 0 : slope / before, level.solution, &direction)
      let alpha = slope / multiply(diagonal, direction, &product)
      square = cm_step(places, alpha, direction, product, &x, &residual, level.rightSide)
      steps += 1
    }
    print("steps", steps)
    return x
  }
}

extension Image where Sample == UInt8 {
  /// For each row of a mask, the columns whose samples are `included`, from the left, not touching.
  fileprivate func runs(where included: (UInt8) -> Bool) -> [[Range<Int>]] {
    samples.withUnsafeBufferPointer { samples in
      (0..<height).map { y in
        var row: [Range<Int>] = []
        var x = 0
        while x < width {
          while x < width, !included(samples[y * width + x]) { x += 1 }
          let start = x
          while x < width, included(samples[y * width + x]) { x += 1 }
          if start < x { row.append(start..<x) }
        }
        return row
      }
    }
  }
}
