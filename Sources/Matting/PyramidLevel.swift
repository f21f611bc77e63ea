internal import U2NetCMatting

/// One level of `ForegroundPyramid`, made row by row from the top.
///
/// Foreground F and background B minimise, over all pixels, with a for alpha,
///
///     |a F + (1 - a) B - photo|² + sum over 4 neighbours n of (1e-5 + |a - a_n|) (|F - F_n|² + |B - B_n|²)
///
/// by sweeps in reading order that put each pixel at its best, neighbours given (Gauss–Seidel). A sweep needs the row
/// above from itself and the row below from the sweep before, and so all sweeps run down the picture together, each
/// one row behind the one before: only as many rows as there are sweeps are held.
package final class PyramidLevel {
  /// Red, green and blue, 0…1, of the foreground in lanes 0 to 2, of the background in lanes 4 to 6.
  package typealias Colors = SIMD8<Float>
  /// Red, green, blue and alpha of the photo, 0…1.
  package typealias Pixel = SIMD4<Float>

  private let width, height: Int
  private let firstRow: Int
  private let sweeps: Int
  private let photo: (_ y: Int, UnsafeMutablePointer<Pixel>) -> Void
  private let start: (_ y: Int, UnsafeMutablePointer<Colors>) -> Void
  /// Room for `slots` rows each, in which rows come and go.
  private let colors: UnsafeMutablePointer<Colors>
  private let pixels: UnsafeMutablePointer<Pixel>
  private let slots: Int
  /// The row that is loaded next; the last of the sweeps is then done with row `next - 1 - sweeps`.
  private var next: Int

  /// - Parameters:
  ///   - firstRow: the first row that can be asked for.
  ///   - photo: writes the photo's row `y` at this level.
  ///   - start: writes what the colours of row `y` start from.
  init(
    width: Int, height: Int, firstRow: Int, photo: @escaping (_ y: Int, UnsafeMutablePointer<Pixel>) -> Void,
    start: @escaping (_ y: Int, UnsafeMutablePointer<Colors>) -> Void
  ) {
    self.width = width
    self.height = height
    self.firstRow = firstRow
    self.photo = photo
    self.start = start
    sweeps = width <= 32 && height <= 32 ? 10 : 2
    slots = sweeps + 2
    colors = .allocate(capacity: slots * width)
    pixels = .allocate(capacity: slots * width)
    next = firstRow
  }

  deinit {
    colors.deallocate()
    pixels.deallocate()
  }

  /// Row `y`, which is at least that of the call before; valid until the next call.
  func row(_ y: Int) -> UnsafePointer<Colors> {
    while next - 1 - sweeps < y { advance() }
    return UnsafePointer(colors + slot(y))
  }

  private func slot(_ y: Int) -> Int { y % slots * width }

  private func advance() {
    if next < height {
      let at = slot(next)
      start(next, colors + at)
      photo(next, pixels + at)
    }
    for sweep in 1...sweeps {
      let y = next - sweep
      guard y >= firstRow && y < height else { continue }
      // At the borders a pixel is its own neighbour.
      let (row, above, below) = (slot(y), slot(max(y - 1, firstRow)), slot(min(y + 1, height - 1)))
      cm_foreground_sweep(
        width, colors + row, colors + above, colors + below, pixels + row, pixels + above, pixels + below)
    }
    next += 1
  }
}
