internal import U2NetCMatting
import U2NetPixels

/// Photo and mask in square cells of some pixels: their means.
struct GuideGrid {
  /// Factors for red, green and blue, and a constant.
  typealias Model = SIMD4<Float>

  /// Side of a cell in pixels.
  private let cell: Int
  private let width, height: Int
  /// Red, green, blue, mask: 0…1.
  private var cells: [SIMD4<Float>]

  /// - Parameter mask: of the photo's size.
  @inline(__always)
  init<Sample: MaskSample>(of photo: Image<Sample>, mask: Image<Sample>, cell: Int, threads: Int) {
    self.cell = cell
    let (width, height) = ((photo.width + cell - 1) / cell, (photo.height + cell - 1) / cell)
    (self.width, self.height) = (width, height)
    cells = filled(width * height) { cells in
      nonisolated(unsafe) let cells = cells
      photo.withPixels { pixels in
        mask.samples.withUnsafeBufferPointer { mask in
          Bands(of: height, height: 16).forEach(threads: threads) { rows in
            for y in rows {
              let row = cells + y * width, lines = y * cell..<min((y + 1) * cell, photo.height)
              row.update(repeating: .zero, count: width)
              for line in lines {
                for i in 0..<width {
                  var sum = SIMD4<Float>.zero
                  for x in line * photo.width + i * cell..<line * photo.width + min((i + 1) * cell, photo.width) {
                    var pixel = pixels[x]
                    pixel.w = mask[x].share
                    sum += pixel
                  }
                  row[i] += sum
                }
              }
              for i in 0..<width { row[i] /= Float(lines.count * (min((i + 1) * cell, photo.width) - i * cell)) }
            }
          }
        }
      }
    }
  }

  /// A photo alone: its mask is 0.
  @inline(__always)
  init<Sample: MaskSample>(of photo: Image<Sample>, cell: Int, threads: Int) {
    let none = Image<Sample>(width: photo.width, height: photo.height, channels: .gray) { $0.update(repeating: .none) }
    self.init(of: photo, mask: none, cell: cell, threads: threads)
  }

  /// The photo's colours in cells.
  var photo: Image<Float> {
    Image(width: width, height: height, channels: .rgb) { output in
      for (i, cell) in cells.enumerated() {
        (output[3 * i], output[3 * i + 1], output[3 * i + 2]) = (cell.x, cell.y, cell.z)
      }
    }
  }

  /// The same photo with another mask, a sample for each cell.
  func with(mask: Image<Float>) -> GuideGrid {
    var grid = self
    for (i, share) in mask.samples.enumerated() { grid.cells[i].w = share }
    return grid
  }

  /// For each cell the mean of the models of all windows that it lies in. Rows have one more cell, a copy of the last.
  func models(radius: Int, epsilon: Float, threads: Int) -> [Model] {
    let uncertain = uncertainty(radius: radius, threads: threads)
    let windows: [Model] = filled(width * height) { windows in
      nonisolated(unsafe) let windows = windows
      cells.withUnsafeBufferPointer { cells in
        slide(
          radius: radius, numbers: 4, threads: threads,
          add: { cm_moments_add(width, $0, cells.baseAddress! + $1 * width, $2) },
          use: { cm_guided_coefficients(width, radius, $2, epsilon, $0, windows + $1 * width) })
      }
    }
    return filled((width + 1) * height) { models in
      nonisolated(unsafe) let models = models
      windows.withUnsafeBufferPointer { windows in
        slide(
          radius: radius, numbers: 1, threads: threads,
          add: { cm_add(width, $0, windows.baseAddress! + $1 * width, $2) },
          use: { sums, y, rows in
            let row = models + y * (width + 1)
            cm_window_means(width, radius, rows, sums, row)
            for x in 0..<width {
              let certain = 1 - uncertain[y * width + x]
              row[x] += (SIMD4(0, 0, 0, cells[y * width + x].w) - row[x]) * certain
            }
            row[width] = row[width - 1]
          })
      }
    }
  }

  /// Puts a photo through interpolated models and gives each row of the result, not clipped, to `use`, on any thread.
  @inline(__always)
  func apply<Sample: MaskSample>(
    _ models: [Model], to photo: Image<Sample>, threads: Int, _ use: (_ y: Int, UnsafePointer<Float>) -> Void
  ) {
    /// The cell before a pixel's centre, and how far the pixel is on the way to the next.
    func position(_ pixel: Int, _ count: Int) -> (cell: Int, fraction: Float) {
      let at = min(max((Float(pixel) + 0.5) / Float(cell) - 0.5, 0), Float(count - 1))
      return (Int(at), at - at.rounded(.down))
    }
    let across = (0..<photo.width).map { position($0, width) }
    let (columns, fractions) = (across.map { Int32($0.cell) }, across.map(\.fraction))
    photo.withPixels { pixels in
      models.withUnsafeBufferPointer { models in
        Bands(of: photo.height, height: 64).forEach(threads: threads) { rows in
          let colors = UnsafeMutablePointer<SIMD4<Float>>.allocate(capacity: photo.width)
          let values = UnsafeMutablePointer<Float>.allocate(capacity: photo.width)
          defer {
            colors.deallocate()
            values.deallocate()
          }
          for y in rows {
            for x in 0..<photo.width { colors[x] = pixels[y * photo.width + x] }
            let (row, fraction) = position(y, height)
            let above = models.baseAddress! + row * (width + 1)
            let below = models.baseAddress! + min(row + 1, height - 1) * (width + 1)
            cm_guided_apply(photo.width, columns, fractions, above, below, fraction, colors, values)
            use(y, values)
          }
        }
      }
    }
  }

  /// Where the mask is not certain, 0…1: not almost 0 or almost 1 as far as windows reach; with a soft edge.
  private func uncertainty(radius: Int, threads: Int) -> [Float] {
    let mask = Image<UInt8>(
      width: width, height: height, channels: .gray, samples: cells.map { UInt8(share: $0.w) })
    let least = mask.eroded(radius: Double(radius), threads: threads)
    let most = mask.dilated(radius: Double(radius), threads: threads)
    let (low, high) = (UInt8(share: 0.05), UInt8(share: 0.95))
    let uncertain = Image<UInt8>(
      width: width, height: height, channels: .gray,
      samples: zip(least.samples, most.samples).map { $0 >= high || $1 <= low ? 0 : 255 })
    return uncertain.dilated(radius: 3, threads: threads).blurred(sigma: 1.5, threads: threads).samples.map(\.share)
  }

  /// Slides windows of 2 `radius` + 1 rows down the grid, as far as it goes.
  /// - Parameters:
  ///   - numbers: how many vectors of four there are in the sums for each cell.
  ///   - add: adds row `y`, `sign` times, to the sums of each column.
  ///   - use: takes the sums of the window around row `y`, which has that many rows.
  private func slide(
    radius: Int, numbers: Int, threads: Int,
    add: (_ sums: UnsafeMutablePointer<SIMD4<Float>>, _ y: Int, _ sign: Float) -> Void,
    use: (_ sums: UnsafeMutablePointer<SIMD4<Float>>, _ y: Int, _ rows: Int) -> Void
  ) {
    Bands(of: height, height: 64).forEach(threads: threads) { rows in
      let sums = UnsafeMutablePointer<SIMD4<Float>>.allocate(capacity: numbers * width)
      defer { sums.deallocate() }
      sums.initialize(repeating: .zero, count: numbers * width)
      for y in max(0, rows.lowerBound - radius)..<min(height, rows.lowerBound + radius) { add(sums, y, 1) }
      for y in rows {
        if y + radius < height { add(sums, y + radius, 1) }
        use(sums, y, min(height, y + radius + 1) - max(0, y - radius))
        if y - radius >= 0 { add(sums, y - radius, -1) }
      }
    }
  }
}
