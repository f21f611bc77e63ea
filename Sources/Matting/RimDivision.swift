/// Divides soft pixels between the regions around which they lie: each goes with the region that reaches it in the fewest
/// steps, and stays if two are equally near.
struct RimDivision {
  private enum Fate {
    static let none: UInt8 = 0
    static let open: UInt8 = 1
    static let stays: UInt8 = 2
    static let goes: UInt8 = 3
  }

  private let width: Int
  /// One byte for each pixel.
  private var fates: [UInt8]
  private var staying: [Regions.Run] = []
  private var going: [Regions.Run] = []

  init(width: Int, height: Int) {
    self.width = width
    fates = [UInt8](repeating: Fate.none, count: width * height)
  }

  /// Pixels to be divided; of these, some may be added again as parts of a region.
  mutating func addSoft(_ run: Regions.Run) { mark(run, Fate.open) }

  mutating func addRegion(_ run: Regions.Run, stays: Bool) {
    mark(run, stays ? Fate.stays : Fate.goes)
    if stays { staying.append(run) } else { going.append(run) }
  }

  mutating func spread() {
    var (stayingFront, goingFront) = (step(from: staying, Fate.stays), step(from: going, Fate.goes))
    while !stayingFront.isEmpty || !goingFront.isEmpty {
      stayingFront = step(from: stayingFront, Fate.stays)
      goingFront = step(from: goingFront, Fate.goes)
    }
  }

  func forEachGoing(_ body: (Int) -> Void) {
    for pixel in fates.indices where fates[pixel] == Fate.goes { body(pixel) }
  }

  private mutating func mark(_ run: Regions.Run, _ fate: UInt8) {
    let row = Int(run.row) * width
    for x in Int(run.start)..<Int(run.end) { fates[row + x] = fate }
  }

  private mutating func step(from front: [Regions.Run], _ fate: UInt8) -> [Int] {
    let width = width
    return step(fate) { reach in
      for run in front {
        for x in Int(run.start)..<Int(run.end) { reach(Int(run.row) * width + x, x) }
      }
    }
  }

  private mutating func step(from front: [Int], _ fate: UInt8) -> [Int] {
    let width = width
    return step(fate) { reach in for pixel in front { reach(pixel, pixel % width) } }
  }

  /// The open pixels next to a front, now with that fate.
  /// - Parameter front: calls its argument with each pixel of the front and the column that it lies in.
  @inline(__always)
  private mutating func step(
    _ fate: UInt8, from front: ((_ pixel: Int, _ x: Int) -> Void) -> Void
  ) -> [Int] {
    var next: [Int] = []
    let width = width
    fates.withUnsafeMutableBufferPointer { fates in
      func reach(_ pixel: Int) {
        guard fates[pixel] == Fate.open else { return }
        fates[pixel] = fate
        next.append(pixel)
      }
      front { pixel, x in
        if x > 0 { reach(pixel - 1) }
        if x + 1 < width { reach(pixel + 1) }
        if pixel >= width { reach(pixel - width) }
        if pixel + width < fates.count { reach(pixel + width) }
      }
    }
    return next
  }
}
