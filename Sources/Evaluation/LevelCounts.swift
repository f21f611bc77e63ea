import U2NetPixels

/// How often a prediction has each of the 256 grey levels, in the true object and outside. Nearly all scores follow from
/// these counts alone.
struct LevelCounts {
  /// 256 counts each, by level.
  var foreground, background: [Int]

  static let none = LevelCounts(
    foreground: [Int](repeating: 0, count: 256), background: [Int](repeating: 0, count: 256))

  var foregroundCount: Int { foreground.reduce(0, +) }
  var pixelCount: Int { foregroundCount + background.reduce(0, +) }
  /// The darkest and the brightest level there is.
  var levels: ClosedRange<Int> {
    let isThere = { (level: Int) in foreground[level] + background[level] > 0 }
    return (0..<256).first(where: isThere)!...(0..<256).last(where: isThere)!
  }

  /// The counts of the four parts that the object's centroid cuts the picture into: top left, top right, bottom left,
  /// bottom right. Parts may be empty.
  static func quarters(of prediction: Image<UInt8>, _ truth: Foreground) -> [LevelCounts] {
    let (top, left) = truth.quartering
    let width = truth.width
    // Two sets, used in turn: equal neighbours then need not wait for one another's count.
    let size = 4 * 512
    var counts = [UInt32](repeating: 0, count: 2 * size)
    counts.withUnsafeMutableBufferPointer { counts in
      prediction.samples.withUnsafeBufferPointer { levels in
        truth.flags.withUnsafeBufferPointer { flags in
          func count(_ range: Range<Int>, _ counts: UnsafeMutablePointer<UInt32>) {
            var i = range.lowerBound
            while i + 1 < range.upperBound {
              counts[Int(flags[i]) << 8 | Int(levels[i])] &+= 1
              counts[size + (Int(flags[i + 1]) << 8 | Int(levels[i + 1]))] &+= 1
              i += 2
            }
            if i < range.upperBound { counts[Int(flags[i]) << 8 | Int(levels[i])] &+= 1 }
          }
          for y in 0..<truth.height {
            let row = counts.baseAddress! + (y < top ? 0 : 2 * 512), start = y * width
            count(start..<start + left, row)
            count(start + left..<start + width, row + 512)
          }
        }
      }
    }
    return (0..<4).map { part in
      func sums(_ start: Int) -> [Int] { (start..<start + 256).map { Int(counts[$0]) + Int(counts[size + $0]) } }
      return LevelCounts(foreground: sums(512 * part + 256), background: sums(512 * part))
    }
  }

  static func + (a: LevelCounts, b: LevelCounts) -> LevelCounts {
    LevelCounts(
      foreground: zip(a.foreground, b.foreground).map(+), background: zip(a.background, b.background).map(+))
  }
}
