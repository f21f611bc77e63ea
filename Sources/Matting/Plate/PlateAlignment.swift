import U2NetPixels
import U2NetPlatform

/// Where in a plate what lies behind a pixel of a photo is: the camera may have moved, turned and zoomed a little. In pixels from
/// the middle of both pictures, which are of the same size.
struct PlateAlignment: Equatable {
  /// The matrix (1 + zoom, −turn; turn, 1 + zoom).
  var zoom = 0.0, turn = 0.0
  /// In pixels.
  var right = 0.0, down = 0.0

  /// Of pictures that are `factor` times as large.
  func scaled(by factor: Double) -> PlateAlignment {
    PlateAlignment(zoom: zoom, turn: turn, right: right * factor, down: down * factor)
  }

  /// The place in a plate.
  func place(_ x: Int, _ y: Int, width: Int, height: Int) -> (x: Double, y: Double) {
    let (middleX, middleY) = (Double(width - 1) / 2, Double(height - 1) / 2)
    let (fromX, fromY) = (Double(x) - middleX, Double(y) - middleY)
    return (
      (1 + zoom) * fromX - turn * fromY + middleX + right, turn * fromX + (1 + zoom) * fromY + middleY + down
    )
  }
}

extension PlateAlignment {
  /// Pixels of the longest side of the smallest pictures that are compared, and of the largest.
  private static let sides = (least: 80.0, most: 1024.0)
  /// Steps that each size is given.
  private static let steps = 12

  /// Finds the place where plate and photo are alike, from small pictures to larger ones: Gauss and Newton's method for
  /// photo(x) = gain · plate(place(x)) + offset, with weights that leave out what the plate does not have.
  /// - Parameters:
  ///   - photo: grey.
  ///   - plate: grey, of the photo's size.
  ///   - background: 0…1, of the photo's size: how far a pixel may count.
  init(of plate: Image<Float>, to photo: Image<Float>, background: Image<Float>, threads: Int) {
    self.init()
    let longest = Double(max(photo.width, photo.height))
    var side = min(Self.sides.least, longest)
    while true {
      let factor = side / longest
      let width = max(8, Int((Double(photo.width) * factor).rounded()))
      let height = max(8, Int((Double(photo.height) * factor).rounded()))
      func small(_ image: Image<Float>) -> Image<Float> {
        let small = image.resized(width: width, height: height, filter: .bilinear, threads: threads)
        return side == longest ? small.blurred(sigma: 0.8, threads: threads) : small
      }
      let scale = Double(width) / Double(photo.width)
      var alignment = scaled(by: scale)
      alignment.improve(
        plate: small(plate), photo: small(photo),
        background: background.resized(width: width, height: height, filter: .bilinear, threads: threads))
      self = alignment.scaled(by: 1 / scale)
      if side >= min(longest, Self.sides.most) { break }
      side = min(side * 2, longest, Self.sides.most)
    }
  }

  private mutating func improve(plate: Image<Float>, photo: Image<Float>, background: Image<Float>) {
    let (width, height) = (photo.width, photo.height), start = self
    // A hundred thousand pixels know as much as all.
    let step = max(1, Int((Double(width * height) / 1e5).squareRoot()))
    var gain: Double?, offset = 0.0
    for pass in 0..<Self.steps {
      var rows: [(x: Double, y: Double, photo: Double, plate: Double, across: Double, down: Double)] = []
      for y in stride(from: 2, to: height - 2, by: step) {
        for x in stride(from: 2, to: width - 2, by: step) where background.samples[y * width + x] > 0.3 {
          let place = place(x, y, width: width, height: height)
          let shown = Double(photo.samples[y * width + x])
          guard place.x > 1, place.y > 1, place.x < Double(width - 2), place.y < Double(height - 2), shown < 0.97 else {
            continue
          }
          let behind = plate.interpolated(place.x, place.y)
          guard behind.value < 0.97 else { continue }
          rows.append(
            (
              Double(x) - Double(width - 1) / 2, Double(y) - Double(height - 1) / 2, shown, behind.value, behind.across,
              behind.down
            ))
        }
      }
      guard rows.count > 50 else { return self = start }
      let factor = gain ?? commonRatio(rows.map { $0.photo / max($0.plate, 0.02) })
      let residuals = rows.map { $0.photo - factor * $0.plate - offset }
      let deviation = robustDeviation(residuals) + 0.004
      var equations = LeastSquares(unknowns: 6)
      for (row, residual) in zip(rows, residuals) {
        equations.add(
          [
            factor * (row.across * row.x + row.down * row.y), factor * (row.down * row.x - row.across * row.y),
            factor * row.across, factor * row.down, row.plate, 1,
          ], value: residual, weight: robustWeight(residual, deviation: deviation))
      }
      let change = equations.solution()
      zoom += change[0]
      turn += change[1]
      right += change[2]
      down += change[3]
      gain = factor + change[4]
      offset += change[5]
      // What has run away does not come back.
      let far = 0.1 * Double(max(width, height))
      guard abs(zoom) < 0.1, abs(turn) < 0.1, abs(right) < far, abs(down) < far else { return self = start }
      if pass > 2, max(abs(change[2]), abs(change[3])) < 1e-3 { break }
    }
  }
}

extension Image where Sample == Float {
  /// Between the pixels of a grey image, linearly: its value, and what it rises by from pixel to pixel.
  fileprivate func interpolated(_ x: Double, _ y: Double) -> (value: Double, across: Double, down: Double) {
    let (left, top) = (Int(x), Int(y)), (u, v) = (x - Double(left), y - Double(top))
    let at = top * width + left
    let a = Double(samples[at]), b = Double(samples[at + 1])
    let c = Double(samples[at + width]), d = Double(samples[at + width + 1])
    let upper = a + u * (b - a), lower = c + u * (d - c)
    return (upper + v * (lower - upper), (1 - v) * (b - a) + v * (d - c), lower - upper)
  }
}
