import U2NetCKernels

/// The windows of adaptive average pooling: H×W pixels in rows × columns cells.
package struct Cells: Sendable {
  private let source, out: MapShape

  package init(of source: MapShape, in out: MapShape) {
    self.source = source
    self.out = out
  }

  package var count: Int { out.pixels }

  /// What cell `index`, counted row by row, is the mean of.
  package func window(_ index: Int) -> ck_window {
    let rows = Self.pixels(index / out.width, of: out.height, in: source.height)
    let columns = Self.pixels(index % out.width, of: out.width, in: source.width)
    return ck_window(
      map_width: Int32(source.width), y: Int32(rows.lowerBound), x: Int32(columns.lowerBound),
      height: Int32(rows.count), width: Int32(columns.count))
  }

  /// Cell i of g along an axis of n pixels: ⌊i·n/g⌋ ..< ⌈(i+1)·n/g⌉.
  static func pixels(_ i: Int, of g: Int, in n: Int) -> Range<Int> { i * n / g..<((i + 1) * n + g - 1) / g }
}
