/// For pixels outside the object: the nearest pixel of the object, by exact Euclidean distance.
///
/// First along columns, then along rows over the lower envelope of the parabolas that the columns contribute (Maurer,
/// Qi and Raghavan, "A linear time algorithm for computing exact Euclidean distance transforms", 2003). Of pixels
/// equally near the leftmost column is chosen, in it the upper row, as by SciPy's `distance_transform_edt`.
///
/// Memory: 4 bytes a pixel, and 20 a column.
struct NearestObject: ~Copyable {
  private let width, height: Int
  /// For each pixel, the row of the nearest object pixel in its column, or `none` or its negative.
  private let rows: UnsafeMutablePointer<Int32>
  /// The columns that contribute to the row, from the left, and squared distances down or up to their object pixel.
  private let columns: UnsafeMutablePointer<Int32>
  private let squares: UnsafeMutablePointer<Double>
  /// Farther than any row.
  private static let none: Int32 = 1 << 30

  init(_ object: Foreground) {
    precondition(object.count > 0, "there is no object to be near to")
    width = object.width
    height = object.height
    rows = .allocate(capacity: width * height)
    columns = .allocate(capacity: width)
    squares = .allocate(capacity: width)
    object.flags.withUnsafeBufferPointer { fillRows($0.baseAddress!) }
  }

  deinit {
    rows.deallocate()
    columns.deallocate()
    squares.deallocate()
  }

  private func fillRows(_ flags: UnsafePointer<UInt8>) {
    let width = width, rows = rows
    var above = [Int32](repeating: -Self.none, count: width), below = [Int32](repeating: Self.none, count: width)
    above.withUnsafeMutableBufferPointer { above in
      for y in 0..<height {
        let (flag, row) = (flags + y * width, rows + y * width)
        for x in 0..<width {
          above[x] = flag[x] != 0 ? Int32(truncatingIfNeeded: y) : above[x]
          row[x] = above[x]
        }
      }
    }
    below.withUnsafeMutableBufferPointer { below in
      for y in (0..<height).reversed() {
        let (flag, row, here) = (flags + y * width, rows + y * width, Int32(truncatingIfNeeded: y))
        for x in 0..<width {
          below[x] = flag[x] != 0 ? here : below[x]
          row[x] = below[x] &- here < here &- row[x] ? below[x] : row[x]
        }
      }
    }
  }

  /// Calls `body` for every pixel of row `y`, from the left, with its squared distance to the object and the index of
  /// the object's pixel nearest to it.
  @inline(__always)
  func forEach(inRow y: Int, _ body: (_ x: Int, _ squaredDistance: Double, _ nearest: Int) -> Void) {
    let row = rows + y * width
    let count = envelope(row, Int32(truncatingIfNeeded: y))
    var site = 0
    for x in 0..<width {
      var distance = squaredDistance(x, site)
      while site + 1 < count {
        let next = squaredDistance(x, site + 1)
        if next >= distance { break }
        distance = next
        site += 1
      }
      let column = Int(columns[site])
      body(x, distance, Int(row[column]) * width + column)
    }
  }

  @inline(__always)
  private func squaredDistance(_ x: Int, _ site: Int) -> Double {
    let across = Double(Int32(truncatingIfNeeded: x) &- columns[site])
    return across * across + squares[site]
  }

  /// Finds the columns that are nearest to some point of the row, and returns how many they are.
  private func envelope(_ row: UnsafePointer<Int32>, _ y: Int32) -> Int {
    var count = 0
    for x in 0..<width {
      let down = row[x] &- y
      if abs(down) >= Self.none / 2 { continue }
      let square = Double(down) * Double(down)
      while count >= 2, isHidden(count - 1, by: Double(x), square) { count -= 1 }
      columns[count] = Int32(truncatingIfNeeded: x)
      squares[count] = square
      count += 1
    }
    return count
  }

  /// Whether everywhere in the row the site before `site`, or the new one, is nearer than `site`.
  @inline(__always)
  private func isHidden(_ site: Int, by column: Double, _ square: Double) -> Bool {
    let middle = Double(columns[site])
    let a = middle - Double(columns[site - 1]), b = column - middle, c = a + b
    return c * squares[site] - b * squares[site - 1] - a * square - a * b * c > 0
  }
}
