import U2NetPlatform

/// The levels of `ForegroundColors`: from one pixel to the photo's size, each about twice as wide and high as the one
/// before. They are never held as pictures: each makes its rows from those of the one before as they are asked for.
///
/// High pictures are computed in bands, which start `runUp` rows ahead at every level. The
/// influence of the rows left out falls to about a third with each row, so nothing of it remains in the result.
struct ForegroundPyramid {
  typealias Load = (_ y: Int, _ columns: [Int32], _ row: UnsafeMutablePointer<PyramidLevel.Pixel>) -> Void

  static let runUp = 16

  let bandHeight: Int
  let sizes: [(width: Int, height: Int)]
  /// Writes colours (x, y, z) and alpha (w) of some columns of the photo's row `y`, all in 0…1.
  let load: Load
  /// What the first level starts from: the mean colours where alpha is above 0.9 and where it is below 0.1.
  let means: PyramidLevel.Colors

  init(width: Int, height: Int, bandHeight: Int, threads: Int, load: @escaping Load) {
    self.bandHeight = bandHeight
    let levels = max(1, Int(log2(Double(max(width, height))).rounded(.up)))
    sizes = (0...levels).map { level in
      func side(_ full: Int) -> Int {
        Int(pow(Double(full), Double(level) / Double(levels)).rounded(.toNearestOrEven))
      }
      return (side(width), side(height))
    }
    self.load = load
    means = Self.means(width, Bands(of: height, height: bandHeight), threads, load)
  }

  func forEachRow(
    threads: Int, _ use: (_ y: Int, UnsafePointer<PyramidLevel.Colors>) -> Void
  ) {
    Bands(of: sizes.last!.height, height: bandHeight).forEach(threads: threads) { rows in
      let level = level(sizes.count - 1, from: rows.lowerBound)
      for y in rows { use(y, level.row(y)) }
    }
  }

  private func level(_ index: Int, from row: Int) -> PyramidLevel {
    let (width, height) = sizes[index], (fullWidth, fullHeight) = sizes.last!
    let firstRow = max(0, row - Self.runUp)
    let columns = (0..<width).map { Int32($0 * fullWidth / width) }
    let load = load
    let photo: (Int, UnsafeMutablePointer<PyramidLevel.Pixel>) -> Void = { y, row in
      load(y * fullHeight / height, columns, row)
    }
    if index == 0 {
      return PyramidLevel(
        width: width, height: height, firstRow: firstRow, photo: photo,
        start: { [means] _, colors in colors.update(repeating: means, count: width) })
    }
    let (coarseWidth, coarseHeight) = sizes[index - 1]
    let coarse = level(index - 1, from: firstRow * coarseHeight / height)
    let coarseColumns = (0..<width).map { Int32($0 * coarseWidth / width) }
    return PyramidLevel(
      width: width, height: height, firstRow: firstRow, photo: photo,
      start: { y, colors in
        let coarse = coarse.row(y * coarseHeight / height)
        for x in 0..<width { colors[x] = coarse[Int(coarseColumns[x])] }
      })
  }

  private static func means(_ width: Int, _ bands: Bands, _ threads: Int, _ load: Load) -> PyramidLevel.Colors {
    let columns = (0..<width).map(Int32.init)
    // Lanes as in Colors; lanes 3 and 7 count.
    let sums = [SIMD8<Double>](unsafeUninitializedCapacity: bands.count) { sums, count in
      count = bands.count
      nonisolated(unsafe) let sums = sums.baseAddress!
      inParallel(bands.count, threads: threads) { band in
        let row = UnsafeMutablePointer<PyramidLevel.Pixel>.allocate(capacity: width)
        defer { row.deallocate() }
        var total = SIMD8<Double>.zero
        for y in bands[band] {
          load(y, columns, row)
          var (foreground, background) = (SIMD4<Float>.zero, SIMD4<Float>.zero)
          for x in 0..<width {
            let a = row[x].w
            guard a > 0.9 || a < 0.1 else { continue }
            var color = row[x]
            color.w = 1
            if a > 0.9 { foreground += color } else { background += color }
          }
          total += SIMD8<Double>(SIMD8(lowHalf: foreground, highHalf: background))
        }
        (sums + band).initialize(to: total)
      }
    }
    let sum = sums.reduce(.zero, +)
    func mean(_ sum: SIMD4<Double>) -> SIMD4<Float> { SIMD4<Float>(sum / (sum.w + 1e-5)) }
    return SIMD8(lowHalf: mean(sum.lowHalf), highHalf: mean(sum.highHalf))
  }
}
