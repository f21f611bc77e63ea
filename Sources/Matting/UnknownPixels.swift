internal import U2NetCMatting

/// The unknown pixels of a trimap, or of a coarser version of it, and how vectors over them are stored: runs in reading
/// order, each widened by two known pixels on all sides, which are 0 in every vector. Storage place 0 is of no pixel.
struct UnknownPixels {
  /// Columns of the unknown pixels of each row, from the left, not touching.
  let rows: [[Range<Int>]]
  let runs: [cm_run]
  /// The index of the first run of each row, and at the end their number.
  let firstRun: [Int]
  /// Places of vectors.
  let places: Int
  /// How many pixels are unknown.
  let count: Int
  /// Runs in blocks of whole rows, at least two: pixels of every second block do not touch each other.
  let blocks: [Range<Int>]
  /// Of row y - 2: columns that are stored, and the place of column 0.
  private let stored: [[(columns: Range<Int>, base: Int)]]

  init(rows: [[Range<Int>]]) {
    self.rows = rows
    var places = 1
    let wide = (-2..<rows.count + 2).map { UnknownPixels.union(rows, around: $0, reach: 2) }
    let stored = wide.map { row in
      row.map { columns in
        defer { places += columns.count }
        return (columns: columns, base: places - columns.lowerBound)
      }
    }
    self.stored = stored
    self.places = places

    var runs: [cm_run] = []
    var firstRun: [Int] = []
    for (y, row) in rows.enumerated() {
      firstRun.append(runs.count)
      for columns in row {
        func base(_ down: Int) -> Int32 { Int32(UnknownPixels.base(of: columns.lowerBound, in: stored[y + 2 + down])) }
        runs.append(
          cm_run(
            row: Int32(y), start: Int32(columns.lowerBound), end: Int32(columns.upperBound),
            base: (base(-2), base(-1), base(0), base(1), base(2))))
      }
    }
    firstRun.append(runs.count)
    self.runs = runs
    self.firstRun = firstRun
    count = rows.reduce(0) { $0 + $1.reduce(0) { $0 + $1.count } }
    blocks = UnknownPixels.blocks(rows, firstRun, pixels: count)
  }

  /// Unknown pixels at even columns and rows.
  var coarser: UnknownPixels {
    UnknownPixels(
      rows: stride(from: 0, to: rows.count, by: 2).map { y in
        rows[y].reduce(into: []) { row, columns in
          let half = (columns.lowerBound + 1) / 2..<(columns.upperBound + 1) / 2
          if half.isEmpty { return }
          if row.last?.upperBound == half.lowerBound {
            row[row.count - 1] = row.last!.lowerBound..<half.upperBound
          } else {
            row.append(half)
          }
        }
      })
  }

  /// Places of row `y` that are stored, but of known pixels.
  func knownPlaces(inRow y: Int) -> [Range<Int>] {
    var known: [Range<Int>] = []
    var unknown = rows[y][...]
    for (columns, base) in stored[y + 2] {
      var start = columns.lowerBound
      while let next = unknown.first, next.lowerBound < columns.upperBound {
        if start < next.lowerBound { known.append(base + start..<base + next.lowerBound) }
        start = next.upperBound
        unknown.removeFirst()
      }
      if start < columns.upperBound { known.append(base + start..<base + columns.upperBound) }
    }
    return known
  }

  /// Where column 0 of row `y` would be stored, for a column that is.
  func base(ofRow y: Int, column: Int) -> Int { UnknownPixels.base(of: column, in: stored[y + 2]) }

  /// Columns of row `y` that are stored, and the place of column 0.
  func stored(inRow y: Int) -> [(columns: Range<Int>, base: Int)] {
    0..<stored.count ~= y + 2 ? stored[y + 2] : []
  }

  /// Columns not farther than `reach` from unknown pixels of the rows up to `reach` from `y`.
  static func union(_ rows: [[Range<Int>]], around y: Int, reach: Int) -> [Range<Int>] {
    let near = rows[max(0, y - reach)..<max(0, min(rows.count, y + reach + 1))].joined()
      .map { $0.lowerBound - reach..<$0.upperBound + reach }.sorted { $0.lowerBound < $1.lowerBound }
    return near.reduce(into: []) { row, columns in
      guard let last = row.last, columns.lowerBound <= last.upperBound else { return row.append(columns) }
      row[row.count - 1] = last.lowerBound..<max(last.upperBound, columns.upperBound)
    }
  }

  private static func base(of column: Int, in row: [(columns: Range<Int>, base: Int)]) -> Int {
    row.first { $0.columns.contains(column) }!.base
  }

  private static func blocks(_ rows: [[Range<Int>]], _ firstRun: [Int], pixels: Int) -> [Range<Int>] {
    let size = max(2048, pixels / 16)
    var blocks: [Range<Int>] = []
    var (first, top, sum) = (0, 0, 0)
    for y in rows.indices {
      sum += rows[y].reduce(0) { $0 + $1.count }
      if y == rows.count - 1 || sum >= size && y > top {
        // The rows below the last unknown pixel may make up a block of their own.
        if first < firstRun[y + 1] { blocks.append(first..<firstRun[y + 1]) }
        (first, top, sum) = (firstRun[y + 1], y + 1, 0)
      }
    }
    return blocks
  }
}
