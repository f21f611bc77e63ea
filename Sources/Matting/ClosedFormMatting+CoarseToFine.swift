import U2NetPixels

// Large photos, coarse to fine: alpha is solved for in cells of some pixels; what it is there of the colours, a linear function, gives
// every pixel a first alpha; and then the equations of the pixels themselves are solved as far as some steps go.

extension ClosedFormMatting {
  /// How alpha is solved for.
  public enum Method: String, CaseIterable, Sendable {
    /// Up to the tolerance, from nothing.
    case exact
    /// Coarse to fine where many pixels are unknown, else as `exact`.
    case fast
  }

  /// Steps that the pixels' equations are given. On a bicycle of 12 megapixels 20 leave alpha 3.2 levels of 255 beside the exact one, on
  /// average where it is unknown, 40 leave 2.0.
  private static let fineSteps = 41
  /// Variance of colours up to which a window of cells counts as flat.
  private static let epsilon: Float = 1e-5

  /// As `alpha`, in a quarter to a half of the time for large photos, to within 2 of 255 of it on average, and as near to the truth.
  ///
  /// Memory: 8 bytes more than `alpha`'s for each pixel, and for each unknown one.
  /// - Parameters:
  ///   - photo: of any channels; alpha of its own is ignored.
  ///   - trimap: grey, of the photo's size: 230 and above object, 25 and below background, unknown between.
  ///   - directly: up to so many unknown pixels are solved for as by `alpha`, and so many cells; ≥ 1.
  ///   - threads: that work on it.
  ///   - memoryLimit: bytes that it may take.
  /// - Returns: grey, 0 background … full object; the same for any number of threads.
  /// - Throws: as `alpha`.
  @specialized(where Sample == UInt8)
  @specialized(where Sample == UInt16)
  @specialized(where Sample == Float)
  public static func fastAlpha<Sample: MaskSample>(
    of photo: Image<Sample>, trimap: Image<UInt8>, directly: Int = 250_000, threads: Int = 1, memoryLimit: Int = .max
  ) throws(MattingError) -> Image<Sample> {
    requireMask(trimap, of: photo)
    let unknown = trimap.samples.count { 25 < $0 && $0 < 230 }
    let own = 8 * (unknown + photo.width * photo.height)
    let cell = Int((Double(unknown) / Double(directly)).squareRoot().rounded(.up))
    guard cell > 1, let start = carried(to: photo, trimap, cell: cell, threads: threads) else {
      return try alpha(of: photo, trimap: trimap, threads: threads, memoryLimit: memoryLimit)
    }
    return try solved(photo, trimap, threads: threads, memoryLimit: memoryLimit - own) {
      solver, pixels throws(MattingError) in
      var values = [Double](repeating: 0, count: pixels.places + MultigridLevel.margin)
      for run in pixels.runs {
        let (row, base) = (Int(run.row) * photo.width, Int(run.base.2))
        for x in Int(run.start)..<Int(run.end) { values[base + x] = Double(start.samples[row + x]) }
      }
      return try solver.improve(values, tolerance: 3e-6, steps: fineSteps)
    }
  }

  /// Alpha of the cells, carried to the unknown pixels; nil where cells know too little, as of an object of thin parts alone.
  @inline(__always)
  private static func carried<Sample: MaskSample>(
    to photo: Image<Sample>, _ trimap: Image<UInt8>, cell: Int, threads: Int
  ) -> Image<Float>? {
    let grid = GuideGrid(of: photo, cell: cell, threads: threads)
    guard
      let solved = try? alpha(
        of: grid.photo, trimap: trimap.inCells(of: cell, threads: threads), tolerance: 1e-4, threads: threads)
    else { return nil }
    let models = grid.with(mask: solved).models(radius: 1, epsilon: epsilon, threads: threads)
    return Image(width: photo.width, height: photo.height, channels: .gray) { output in
      nonisolated(unsafe) let output = output.baseAddress!
      grid.apply(models, to: photo, threads: threads) { y, values in
        let row = output + y * photo.width
        for x in 0..<photo.width { row[x] = min(max(values[x], 0), 1) }
      }
    }
  }
}

extension Image where Sample == UInt8 {
  /// A trimap in cells: known where all pixels of a cell are the same.
  fileprivate func inCells(of cell: Int, threads: Int) -> Image {
    let (columns, rows) = ((width + cell - 1) / cell, (height + cell - 1) / cell)
    return Image(width: columns, height: rows, channels: .gray) { output in
      nonisolated(unsafe) let output = output.baseAddress!
      samples.withUnsafeBufferPointer { samples in
        Bands(of: rows, height: 16).forEach(threads: threads) { band in
          for y in band {
            for x in 0..<columns {
              var least = UInt8.max, most = UInt8.min
              for line in y * cell..<min((y + 1) * cell, height) {
                for i in line * width + x * cell..<line * width + min((x + 1) * cell, width) {
                  (least, most) = (min(least, samples[i]), max(most, samples[i]))
                }
              }
              output[y * columns + x] = least >= 230 ? 255 : most <= 25 ? 0 : 128
            }
          }
        }
      }
    }
  }
}
