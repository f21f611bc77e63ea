/// Distances to the object: down or up its columns for every pixel, exact Euclidean ones for those that are asked for.
///
/// Distances of 127 pixels and more are not told apart: no score needs it. That makes whole numbers small, so that many
/// pixels are worked on at once, and bounds the search along a row.
///
/// Memory: 1 byte a pixel.
struct ObjectDistance: ~Copyable {
  /// The longest distance there is, in pixels.
  static let limit = 127
  /// Pixels of a row that are searched for together.
  static let block = 32

  private let width: Int
  /// From each pixel to the nearest one of the object in its column: > 0 down, < 0 up, ±127 if there is none within
  /// 126. Of two at the same distance the upper one.
  private let offsets: UnsafeMutablePointer<Int8>
  /// Squares of a row's offsets, with 127 columns of the limit to both sides, and a block more to the right.
  private let squares: UnsafeMutablePointer<Int16>

  init(_ object: Foreground) {
    width = object.width
    offsets = .allocate(capacity: object.flags.count)
    let count = width + 2 * Self.limit + Self.block
    squares = .allocate(capacity: count)
    squares.initialize(repeating: Int16(Self.limit * Self.limit), count: count)
    fillOffsets(object)
  }

  deinit {
    offsets.deallocate()
    squares.deallocate()
  }

  private func fillOffsets(_ object: Foreground) {
    let (width, offsets) = (width, offsets)
    object.flags.withUnsafeBufferPointer { flags in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: width) { steps in
        let flags = flags.baseAddress!
        steps.initialize(repeating: UInt8(Self.limit))
        for y in 0..<object.height {
          Self.advance(steps, to: flags + y * width)
          let offset = offsets + y * width
          for x in 0..<width { offset[x] = 0 &- Int8(truncatingIfNeeded: steps[x]) }
        }
        steps.update(repeating: UInt8(Self.limit))
        for y in (0..<object.height).reversed() {
          Self.advance(steps, to: flags + y * width)
          Self.takeNearer(steps, offsets + y * width)
        }
      }
    }
  }

  // Functions of their own and not inlined: only then does the compiler see, row by row, that memory does not overlap, and
  // uses vectors in the loop that goes up, too.

  /// Counts steps since the last row with the object; `flag - 1` has all bits set outside of it.
  @inline(never)
  private static func advance(_ steps: UnsafeMutableBufferPointer<UInt8>, to flag: UnsafePointer<UInt8>) {
    for x in 0..<steps.count { steps[x] = min(steps[x] &+ 1, UInt8(limit)) & (flag[x] &- 1) }
  }

  /// Puts steps down in the place of steps up that are more.
  @inline(never)
  private static func takeNearer(_ steps: UnsafeMutableBufferPointer<UInt8>, _ offset: UnsafeMutablePointer<Int8>) {
    for x in 0..<steps.count {
      let (up, down) = (offset[x], Int8(truncatingIfNeeded: steps[x]))
      offset[x] = down < 0 &- up ? down : up
    }
  }

  /// Prepares for `squaredDistances` in row `y`.
  func select(row y: Int) {
    let (offset, square) = (offsets + y * width, squares + Self.limit)
    for x in 0..<width { square[x] = Int16(offset[x]) &* Int16(offset[x]) }
  }

  /// Brings squared distances of the selected row's pixels from `x` on, a block of them, down to what they are.
  /// - Parameter nearest: the limit's square, or 0 for pixels of which nothing is wanted.
  @inline(__always)
  func lower(_ nearest: UnsafeMutablePointer<Int16>, from x: Int) {
    let here = UnsafePointer(squares + Self.limit + x)
    for i in 0..<Self.block { nearest[i] = min(nearest[i], here[i]) }
    // To both sides at once, until no column can be nearer.
    var step = 1
    while step < Self.limit {
      let square = Int16(truncatingIfNeeded: step * step)
      var farthest: Int16 = 0
      for i in 0..<Self.block { farthest = max(farthest, nearest[i]) }
      if farthest <= square { return }
      for i in 0..<Self.block {
        nearest[i] = min(nearest[i], min(here[i - step], here[i + step]) &+ square)
      }
      step += 1
    }
  }

  /// Marks with 1, else 0, the pixels of row `y` that have the object at most 3 columns and 3 rows away.
  /// - Parameter marks: for a row and 6 bytes more.
  func markSurroundings(row y: Int, _ marks: UnsafeMutablePointer<UInt8>) {
    let row = offsets + y * width
    for x in 0..<3 { (marks[x], marks[width + 3 + x]) = (0, 0) }
    for x in 0..<width { marks[x + 3] = row[x].magnitude <= 3 ? 1 : 0 }
    // Three steps to the right, and by then the mark of x stands in x - 3.
    for x in 0..<width {
      let left = marks[x] | marks[x + 1] | marks[x + 2], right = marks[x + 4] | marks[x + 5] | marks[x + 6]
      marks[x] = left | marks[x + 3] | right
    }
  }

  /// The object's pixel nearest to one that is marked. Of pixels equally near, the leftmost column, in it the upper row:
  /// as SciPy's `distance_transform_edt` chooses.
  @inline(__always)
  func nearest(toMarked x: Int, _ y: Int) -> (x: Int, y: Int) {
    let row = offsets + y * width
    // 3² + 3² is the most it can be, so that no column farther than 4 needs a look.
    var (least, column) = (Int.max, x)
    for candidate in max(x - 4, 0)..<min(x + 5, width) {
      let across = candidate - x, along = Int(row[candidate])
      let square = across * across + along * along
      if square < least { (least, column) = (square, candidate) }
    }
    return (column, y + Int(row[column]))
  }
}
