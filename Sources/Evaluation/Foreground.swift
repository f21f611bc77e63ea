import U2NetPixels

/// The true object: the pixels of a mask that are brighter than some level.
struct Foreground {
  let width, height: Int
  /// 1 in the object, 0 outside; row by row.
  let flags: [UInt8]
  /// Pixels of the object.
  let count: Int
  /// Rows and columns that the object lies within; empty if there is no object.
  let rows, columns: Range<Int>
  /// Sums of the object's row and column numbers.
  private let rowSum, columnSum: Int

  /// - Parameter level: the object is what is brighter than this.
  init(_ mask: Image<UInt8>, above level: UInt8 = 128) {
    let (width, height) = (mask.width, mask.height)
    var inRow = [UInt32](repeating: 0, count: height), inColumn = [UInt32](repeating: 0, count: width)
    flags = [UInt8](unsafeUninitializedCapacity: width * height) { flags, initialized in
      let flags = flags.baseAddress!
      mask.samples.withUnsafeBufferPointer { mask in
        inColumn.withUnsafeMutableBufferPointer { inColumn in
          for y in 0..<height {
            let (from, to) = (mask.baseAddress! + y * width, flags + y * width)
            var sum: UInt32 = 0
            for x in 0..<width {
              let flag: UInt8 = from[x] > level ? 1 : 0
              to[x] = flag
              sum &+= UInt32(flag)
              inColumn[x] &+= UInt32(flag)
            }
            inRow[y] = sum
          }
        }
      }
      initialized = width * height
    }
    self.width = width
    self.height = height
    count = inRow.reduce(0) { $0 + Int($1) }
    rows = Self.extent(inRow)
    columns = Self.extent(inColumn)
    rowSum = inRow.enumerated().reduce(0) { $0 + $1.offset * Int($1.element) }
    columnSum = inColumn.enumerated().reduce(0) { $0 + $1.offset * Int($1.element) }
  }

  /// How many rows and columns lie above and left of the object's centroid, that of the centroid included; all, if
  /// there is no object.
  var quartering: (rows: Int, columns: Int) {
    guard count > 0 else { return (height, width) }
    func rounded(_ sum: Int) -> Int { Int((Double(sum) / Double(count)).rounded(.toNearestOrEven)) }
    return (rounded(rowSum) + 1, rounded(columnSum) + 1)
  }

  private static func extent(_ counts: [UInt32]) -> Range<Int> {
    guard let first = counts.firstIndex(where: { $0 > 0 }) else { return 0..<0 }
    return first..<counts.lastIndex { $0 > 0 }! + 1
  }
}
