import U2NetPixels

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
  /// Share of the predicted boundary that is near the true one, 0 … 1.
  public internal(set) var precision: Double
  /// Share of the true boundary that is near the predicted one, 0 … 1.
  public internal(set) var recall: Double
  /// Of these two, 0 … 1.
  public internal(set) var fMeasure: Double

  /// Memory: 3 bytes a pixel, and 4 for each on a boundary.
  init(_ prediction: Image<UInt8>, _ truth: Foreground, _ levels: StretchedLevels) {
    let predicted = Foreground(prediction, above: UInt8(levels.firstAboveHalf - 1))
    let expected = Boundary(truth), found = Boundary(predicted)
    if expected.count == 0 || found.count == 0 {
      precision = expected.count == found.count ? 1 : 0
      recall = precision
    } else {
      precision = Double(found.count(near: expected)) / Double(found.count)
      recall = Double(expected.count(near: found)) / Double(expected.count)
    }
    fMeasure = fScore(precision, recall, beta2: 0.3)
  }
}

/// The boundary pixels of an object.
private struct Boundary {
  private let stride: Int
  /// 1 on the boundary, 0 elsewhere; with three pixels of zeros around.
  private let flags: [UInt8]
  /// Where in `flags` the boundary is.
  private let pixels: [Int32]

  var count: Int { pixels.count }

  init(_ object: Foreground) {
    let stride = object.width + 6
    var pixels: [Int32] = []
    pixels.reserveCapacity(4 * (object.rows.count + object.columns.count))
    flags = [UInt8](unsafeUninitializedCapacity: stride * (object.height + 6)) { flags, initialized in
      flags.initialize(repeating: 0)
      for y in object.rows {
        let start = (y + 3) * stride + 3, row = flags.baseAddress! + start
        Self.fill(row, y, object)
        for x in object.columns where row[x] != 0 { pixels.append(Int32(truncatingIfNeeded: start + x)) }
      }
      initialized = flags.count
    }
    self.stride = stride
    self.pixels = pixels
  }

  /// Writes row `y` of the flags.
  private static func fill(_ to: UnsafeMutablePointer<UInt8>, _ y: Int, _ object: Foreground) {
    let width = object.width
    object.flags.withUnsafeBufferPointer { flags in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: width + 2) { buffer in
        let here = flags.baseAddress! + y * width
        let above = y > 0 ? here - width : here, below = y + 1 < object.height ? here + width : here
        // All three of a column in the object; beyond the frame everything is.
        let all = buffer.baseAddress! + 1
        (all[-1], all[width]) = (1, 1)
        for x in 0..<width { all[x] = above[x] & here[x] & below[x] }
        for x in 0..<width { to[x] = here[x] & ~(all[x - 1] & all[x] & all[x + 1]) }
      }
    }
  }

  /// How many pixels of this boundary have one of `other`, in the same picture, within 3 pixels.
  func count(near other: Boundary) -> Int {
    // The disk: rows, and how far it reaches to both sides in them. The nearest rows first: most searches end early.
    let reaches = [(0, 3), (-1, 2), (1, 2), (-2, 2), (2, 2), (-3, 0), (3, 0)]
    let disk = reaches.flatMap { row, reach in (-reach...reach).map { column in row * stride + column } }
    return other.flags.withUnsafeBufferPointer { flags in
      pixels.reduce(0) { count, pixel in count + (disk.contains { flags[Int(pixel) + $0] != 0 } ? 1 : 0) }
    }
  }
}
