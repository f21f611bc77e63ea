import U2NetCKernels

/// How one map is resized to another size: bilinear, half-pixel centres, corners not aligned.
///
/// Sample i of `out` lies at (i + ½)·in/out − ½ of the `in` stored ones, clamped to those that there are.
package struct Interpolation: Sendable {
  package let rows: OwnedBuffer<ck_tap>
  package let columns: OwnedBuffer<ck_tap>

  package init(from source: MapShape, to out: MapShape) {
    rows = Self.taps(from: source.height, to: out.height)
    columns = Self.taps(from: source.width, to: out.width)
  }

  private static func taps(from source: Int, to out: Int) -> OwnedBuffer<ck_tap> {
    let scale = Float(source) / Float(out)
    return OwnedBuffer(
      (0..<out).map { i in
        let position = max(0, (Float(i) + 0.5) * scale - 0.5)
        let first = min(Int(position), source - 1)
        return ck_tap(
          a: Int32(first), b: Int32(min(first + 1, source - 1)), weight: position - Float(first))
      })
  }
}
