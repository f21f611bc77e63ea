import Compute
import Images
import U2Net

/// How a photo and its mask become a sample of a batch: squashed to a square, turned over by chance, cropped by chance.
///
/// The defaults are those of the authors' training code: 320×320, the rows in reverse in half of the cases (and never the
/// columns), 288×288 at offsets 0 … 31. The photo is normalised like the authors' (`Preprocessing.authors`); the mask is
/// resized to the nearest pixel and divided by its largest value unless it is all black.
public struct Augmentation: Sendable {
  /// Sides of the square and of what is cut out of it, in pixels.
  public var side = 320
  public var crop = 288
  /// Whether half of the samples are turned over, each way.
  public var flipsRows = true
  public var flipsColumns = false

  public init() {}

  /// Makes one sample. The generator is asked as often for every sample, so samples can be made again from its state.
  /// - Parameters:
  ///   - image: gets 3×crop×crop values.
  ///   - target: gets crop×crop values in 0 … 1.
  public func sample(
    _ photo: Image<UInt8>, _ mask: Image<UInt8>, using generator: inout SplitMix64,
    image: UnsafeMutableBufferPointer<Float>, target: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(crop > 0 && crop <= side, "a crop of \(crop) pixels from \(side)")
    precondition(
      image.count == 3 * crop * crop && target.count == crop * crop,
      "\(image.count) and \(target.count) values for a sample of \(crop)×\(crop)")
    let turnsRows = generator.unit() >= 0.5 && flipsRows, turnsColumns = generator.unit() >= 0.5 && flipsColumns
    let top = offset(using: &generator), left = offset(using: &generator)
    func place(_ y: Int, _ x: Int) -> (row: Int, column: Int) {
      (turnsRows ? side - 1 - top - y : top + y, turnsColumns ? side - 1 - left - x : left + x)
    }

    let pixels = side * side
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * pixels) { planes in
      Preprocessing.authors.fill(planes, from: photo, size: side, threads: 1)
      for c in 0..<3 {
        for y in 0..<crop {
          for x in 0..<crop {
            let (row, column) = place(y, x)
            image[(c * crop + y) * crop + x] = planes[c * pixels + row * side + column]
          }
        }
      }
    }
    let stride = mask.channels.rawValue
    func level(_ row: Int, _ column: Int) -> UInt8 {
      let y = (2 * row + 1) * mask.height / (2 * side), x = (2 * column + 1) * mask.width / (2 * side)
      return mask.samples[(y * mask.width + x) * stride]  // A coloured mask's first channel.
    }
    var largest: UInt8 = 0
    for row in 0..<side { for column in 0..<side { largest = max(largest, level(row, column)) } }
    let scale = largest == 0 ? 0 : 1 / Float(largest)
    for y in 0..<crop {
      for x in 0..<crop {
        let (row, column) = place(y, x)
        target[y * crop + x] = min(1, Float(level(row, column)) * scale)
      }
    }
  }

  /// 0 ..< side − crop, as in the authors' code, which never uses the last one; 0 where there is no choice.
  private func offset(using generator: inout SplitMix64) -> Int { Int(generator.unit() * Double(side - crop)) }
}
