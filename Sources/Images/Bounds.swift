extension Image {
  /// The smallest rectangle with all pixels of which the last sample, a mask's grey or a cut-out's alpha, is inside; nil if
  /// there are none.
  @inlinable
  public func bounds(where isInside: (Sample) -> Bool) -> PixelRect? {
    let stride = channels.rawValue
    var (left, right, top, bottom) = (width, -1, height, -1)
    samples.withUnsafeBufferPointer { samples in
      for y in 0..<height {
        let row = samples.baseAddress! + y * width * stride + stride - 1
        guard let first = (0..<width).first(where: { isInside(row[$0 * stride]) }) else { continue }
        let last = (0..<width).last { isInside(row[$0 * stride]) }!
        (left, right) = (Swift.min(left, first), Swift.max(right, last))
        (top, bottom) = (Swift.min(top, y), y)
      }
    }
    return right < 0 ? nil : PixelRect(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
  }
}
