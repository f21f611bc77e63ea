import U2NetPixels

/// A second look at the object that a first look found: the part of the photo that is shown, and how its maps are blended with the
/// first ones.
///
/// The network sees all that it is shown in a square of one size; an object that fills a third of the photo's width has nine
/// times the pixels when it is shown alone.
struct Zoom {
  /// What is shown, in pixels of the photo.
  let part: PixelRect
  /// Size of the photo in pixels.
  private let width, height: Int
  /// Side of the blended maps in pixels: the part has as many as the network saw of it, as far as `mostEnlarged` lets it.
  private let side: Int

  /// What is found reaches this share of the way from the least probability to the greatest.
  private static let threshold: Float = 0.5
  /// Kept round what was found, in parts of its width and height: the first look may have cut off what sticks out.
  private static let margin = 0.25
  /// A part with more of the photo's pixels shows nothing new.
  private static let greatestShare = 0.9
  /// Sides of blended maps, in sides of the network's: for an object in a corner they would be as large as the photo.
  static let mostEnlarged = 4

  /// - Parameters:
  ///   - map: of the first look, at the network's size.
  ///   - width: of the photo in pixels.
  ///   - height: likewise.
  /// - Returns: nil if nothing was found, or it fills the photo.
  init?(found map: Image<Float>, width: Int, height: Int) {
    guard let low = map.samples.min(), let high = map.samples.max(), high - low >= 1 / 255 else { return nil }
    let level = low + Self.threshold * (high - low)
    guard let found = map.bounds(where: { $0 >= level }) else { return nil }
    let (x, columns) = Self.grown(from: found.x, by: found.width, of: map.width, to: width)
    let (y, rows) = Self.grown(from: found.y, by: found.height, of: map.height, to: height)
    part = PixelRect(x: x, y: y, width: columns, height: rows)
    let shares = (Double(columns) / Double(width), Double(rows) / Double(height))
    guard shares.0 * shares.1 < Self.greatestShare else { return nil }
    (self.width, self.height) = (width, height)
    side = min(Int((Double(map.width) / min(shares.0, shares.1)).rounded()), Self.mostEnlarged * map.width)
  }

  /// `count` pixels from `start` on, of `total`, with the margin, in an axis of `pixels`.
  private static func grown(from start: Int, by count: Int, of total: Int, to pixels: Int) -> (Int, Int) {
    let scale = Double(pixels) / Double(total), margin = margin * Double(count)
    let first = max(0, Int((scale * (Double(start) - margin)).rounded(.down)))
    let end = min(pixels, Int((scale * (Double(start + count) + margin)).rounded(.up)))
    return (first, end - first)
  }

  /// The first look's map, enlarged, with the second look's in its place. The second one counts more the farther a pixel is from
  /// where the part was cut out of the photo, and at half of the margin counts alone: there the network saw too little of what is
  /// around to know.
  func blended(_ first: Image<Float>, _ second: Image<Float>) -> Image<Float> {
    let columns = span(part.x, part.width, of: width), rows = span(part.y, part.height, of: height)
    var samples = first.resized(width: side, height: side, filter: .bilinear).samples
    let inside = second.resized(width: columns.count, height: rows.count, filter: .bilinear)
    let across = weights(columns), down = weights(rows)
    for (row, y) in rows.enumerated() {
      for (column, x) in columns.enumerated() {
        let weight: Float = min(across[column], down[row])
        let old: Float = samples[y * side + x], new: Float = inside.samples[row * columns.count + column]
        samples[y * side + x] = old + weight * (new - old)
      }
    }
    return Image(width: side, height: side, channels: .gray, samples: samples)
  }

  /// Pixels of the blended map.
  private func span(_ start: Int, _ count: Int, of total: Int) -> Range<Int> {
    let scale = Double(side) / Double(total)
    let first = min(side - 1, Int((scale * Double(start)).rounded()))
    return first..<max(first + 1, min(side, Int((scale * Double(start + count)).rounded())))
  }

  /// How much the second look counts in each pixel of `span`, from 0 to 1; the photo's own border is no cut.
  private func weights(_ span: Range<Int>) -> [Float] {
    let margin = Self.margin / (1 + 2 * Self.margin) * Double(span.count)
    return span.map { pixel in
      let before = span.lowerBound == 0 ? .infinity : Double(pixel - span.lowerBound) + 0.5
      let after = span.upperBound == side ? .infinity : Double(span.upperBound - pixel) - 0.5
      return Float(min(1, min(before, after) / (margin / 2)))
    }
  }
}
