import U2NetPixels

/// The connected regions of the pixels of a mask that are at least some value: runs of pixels along rows, joined by
/// union-find (linear in pixels; memory for runs only).
struct Regions {
  enum Connectivity {
    /// Sides and corners join.
    case eight
    /// Sides join.
    case four
  }

  struct Run {
    let row, start, end: Int32
  }

  struct Region {
    /// In pixels.
    var area = 0
    var touchesBorder = false
  }

  /// In reading order.
  let runs: [Run]
  /// Of each run, the index of its region.
  let regionOfRun: [Int32]
  let regions: [Region]

  /// - Parameter least: at least this belongs to a region.
  @inline(__always)
  init<Sample: MaskSample>(of mask: Image<Sample>, atLeast least: Sample, connectivity: Connectivity) {
    requireMask(mask)
    let (width, height) = (mask.width, mask.height)
    let reach: Int32 = connectivity == .eight ? 1 : 0
    var runs: [Run] = []
    var forest = Forest()
    mask.samples.withUnsafeBufferPointer { samples in
      // The run of the row above that may still touch what comes.
      var above = 0, rowStart = 0
      for y in 0..<height {
        let row = samples.baseAddress! + y * width
        let aboveEnd = runs.count
        above = rowStart
        rowStart = aboveEnd
        var x = 0
        while x < width {
          while x < width, !(row[x] >= least) { x += 1 }
          if x == width { break }
          let start = x
          while x < width, row[x] >= least { x += 1 }
          let run = Run(row: Int32(y), start: Int32(start), end: Int32(x))
          let index = forest.add()
          runs.append(run)
          while above < aboveEnd, runs[above].end + reach <= run.start { above += 1 }
          var other = above
          while other < aboveEnd, runs[other].start < run.end + reach {
            forest.join(index, Int32(other))
            other += 1
          }
        }
      }
    }
    var regions: [Region] = []
    var numbers = [Int32](repeating: -1, count: runs.count)
    for (index, run) in runs.enumerated() {
      let root = Int(forest.root(Int32(index)))
      if numbers[root] < 0 {
        numbers[root] = Int32(regions.count)
        regions.append(Region())
      }
      numbers[index] = numbers[root]
      let isAtBorder = run.row == 0 || run.row == height - 1 || run.start == 0 || run.end == width
      regions[Int(numbers[root])].area += Int(run.end - run.start)
      if isAtBorder { regions[Int(numbers[root])].touchesBorder = true }
    }
    self.runs = runs
    self.regions = regions
    regionOfRun = numbers
  }

  /// Trees of joined runs; the root is the first of them.
  private struct Forest {
    private var parents: [Int32] = []

    mutating func add() -> Int32 {
      parents.append(Int32(parents.count))
      return Int32(parents.count - 1)
    }

    mutating func root(_ index: Int32) -> Int32 {
      var index = Int(index)
      while parents[index] != index {
        parents[index] = parents[Int(parents[index])]
        index = Int(parents[index])
      }
      return Int32(index)
    }

    mutating func join(_ a: Int32, _ b: Int32) {
      let (a, b) = (root(a), root(b))
      if a != b { parents[Int(max(a, b))] = min(a, b) }
    }
  }
}

extension Image where Sample == Float {
  /// The largest region of the pixels that are at least `least`, sides join: its runs in reading order. The first of equals; empty
  /// if there is none.
  package func largestRegion(atLeast least: Float) -> [(row: Int, columns: Range<Int>)] {
    let regions = Regions(of: self, atLeast: least, connectivity: .four)
    guard let area = regions.regions.map(\.area).max() else { return [] }
    let largest = regions.regions.firstIndex { $0.area == area }!
    return zip(regions.runs, regions.regionOfRun).filter { $1 == largest }.map { run, _ in
      (Int(run.row), Int(run.start)..<Int(run.end))
    }
  }
}
