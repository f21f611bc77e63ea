import Images

/// How well the outline of a prediction follows that of the object: relaxed boundary precision, recall and F-measure.
///
/// The U²-Net paper reports such a measure, but neither it nor its authors' code defines it in full. Here:
///
/// - The prediction is stretched as for the other scores, and belongs to the object where it is more than 0.5.
/// - The boundary of a mask is the mask XOR the mask eroded by a 3×3 square: the pixels of the object with one of the
///   background among their eight neighbours. The picture's frame is no boundary: what lies beyond it does not erode.
/// - Precision is the share of the prediction's boundary pixels that have one of the true boundary within 3 pixels, in
///   Euclidean distance; recall the converse. F = 1.3 · P · R / (0.3 · P + R).
/// - If neither has a boundary all three are 1, if only one has all are 0.
public struct BoundaryScores: Equatable, Sendable {
  public internal(set) var precision: Double
  public internal(set) var recall: Double
  public internal(set) var fMeasure: Double

  /// Memory: 3 bytes a pixel.
  init(_ prediction: Image<UInt8>, _ truth: Foreground, _ levels: StretchedLevels) {
    let predicted = Foreground(prediction, above: UInt8(levels.firstAboveHalf - 1))
    let expected = Boundary(truth), found = Boundary(predicted)
    if expected.count == 0 || found.count == 0 {
      precision = expected.count == found.count ? 1 : 0
      recall = precision
    } else {
      precision = Double(found.pixels(near: expected)) / Double(found.count)
      recall = Double(expected.pixels(near: found)) / Double(expected.count)
    }
    fMeasure = fScore(precision, recall, beta2: 0.3)
  }
}

/// The boundary pixels of an object.
private struct Boundary: ~Copyable {
  private let width, height, stride: Int
  /// 1 on the boundary, 0 elsewhere; with three pixels of zeros around.
  private let flags: UnsafeMutablePointer<UInt8>
  /// Pixels on the boundary.
  let count: Int

  init(_ object: Foreground) {
    (width, height, stride) = (object.width, object.height, object.width + 6)
    flags = .allocate(capacity: stride * (height + 6))
    flags.initialize(repeating: 0, count: stride * (height + 6))
    var count = 0
    for y in object.rows { count += Self.fill(flags + (y + 3) * stride + 3, row: y, object) }
    self.count = count
  }

  deinit { flags.deallocate() }

  /// Writes one row, and returns the number of its boundary pixels.
  private static func fill(_ to: UnsafeMutablePointer<UInt8>, row y: Int, _ object: Foreground) -> Int {
    let width = object.width
    return object.flags.withUnsafeBufferPointer { flags in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: width + 2) { buffer in
        let here = flags.baseAddress! + y * width
        let above = y > 0 ? here - width : here, below = y + 1 < object.height ? here + width : here
        // All three of a column in the object; beyond the frame everything is.
        let all = buffer.baseAddress! + 1
        (all[-1], all[width]) = (1, 1)
        for x in 0..<width { all[x] = above[x] & here[x] & below[x] }
        var count = 0
        for x in 0..<width {
          let flag = here[x] & ~(all[x - 1] & all[x] & all[x + 1])
          to[x] = flag
          count &+= Int(flag)
        }
        return count
      }
    }
  }

  /// How many pixels of this boundary have one of `other` within 3 pixels.
  func pixels(near other: borrowing Boundary) -> Int {
    var total = 0
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: stride) { buffer in
      let sides = buffer.baseAddress! + 3
      for y in 0..<height {
        let own = flags + (y + 3) * stride + 3, row = other.flags + (y + 3) * stride + 3
        // The disk: 3 pixels to each side in this row, 2 in the two rows above and below, none in the third.
        for x in -3..<width + 3 {
          sides[x] = row[x] | row[x - stride] | row[x + stride] | row[x - 2 * stride] | row[x + 2 * stride]
        }
        var count = 0
        for x in 0..<width {
          let inner = sides[x - 2] | sides[x - 1] | sides[x] | sides[x + 1] | sides[x + 2]
          let tips = row[x - 3] | row[x + 3] | row[x - 3 * stride] | row[x + 3 * stride]
          count &+= Int(own[x] & (inner | tips))
        }
        total += count
      }
    }
    return total
  }
}
