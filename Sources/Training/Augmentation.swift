import U2NetCompute
import U2NetPixels
import U2NetNetwork
import U2NetPlatform

/// How a photo and its mask become a sample of a batch: squashed to a square, turned over by chance, cropped by chance, and, if
/// asked for, at a scale and with colours by chance.
///
/// The defaults are those of the authors' training code: 320×320, the rows in reverse in half of the cases (and never the
/// columns), 288×288 at offsets 0 … 31. The photo is normalised like the authors' (`Preprocessing.authors`); the mask is
/// resized to the nearest pixel and divided by its largest value unless it is all black.
public struct Augmentation: Codable, Equatable, Sendable {
  /// Side of the square in pixels, at least 1.
  public var side = 320
  /// Side of what is cut out of the square, in pixels: 1 … `side`.
  public var crop = 288
  /// Whether half of the samples are turned upside down.
  public var flipsRows = true
  /// Whether left and right are exchanged in half of the samples.
  public var flipsColumns = false
  /// Above 0 the square's side is any from `crop` to (1 + scale) · `side` pixels, all as likely.
  public var scale = 0.0
  /// Colours that change by chance; none by default.
  public var colors = ColorJitter()
  /// Levels 1 … 255 of a mask from which on a pixel is object, others are background; nil: masks are soft, as the authors'.
  public var maskThreshold: Int?

  /// The authors': 320 pixels, of which 288 are cut out.
  public init() {}

  /// What chance decides about one sample: always as many numbers, in this order, whatever the options.
  private struct Chance {
    let rows, columns, top, left, scale: Double
    let colors: ColorJitter.Chance

    init(using generator: inout SplitMix64) {
      rows = generator.unit()
      columns = generator.unit()
      top = generator.unit()
      left = generator.unit()
      scale = generator.unit()
      colors = ColorJitter.Chance(using: &generator)
    }
  }

  /// Makes one sample. The generator is asked as often for every sample, so samples can be made again from its state.
  /// - Parameters:
  ///   - photo: any size; alpha takes part as in `Preprocessing.authors`.
  ///   - mask: its first channel counts; see `Image.trueMaskLevels(source:)`.
  ///   - generator: what chance is made from.
  ///   - input: whose range of values; its size does not matter.
  ///   - image: gets 3×crop×crop values.
  ///   - target: gets crop×crop values in 0 … 1.
  public func sample(
    _ photo: Image<UInt8>, _ mask: Image<UInt8>, using generator: inout SplitMix64, for input: NetworkInput = .u2net,
    image: UnsafeMutableBufferPointer<Float>, target: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(crop > 0 && crop <= side, "a crop of \(crop) pixels from \(side)")
    precondition(
      image.count == 3 * crop * crop && target.count == crop * crop,
      "\(image.count) and \(target.count) values for a sample of \(crop)×\(crop)")
    let chance = Chance(using: &generator)
    let side = scaledSide(chance.scale)
    let window = Window(
      side: side, crop: crop, top: offset(chance.top, in: side), left: offset(chance.left, in: side),
      turnsRows: chance.rows >= 0.5 && flipsRows, turnsColumns: chance.columns >= 0.5 && flipsColumns)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * side * side) { planes in
      Preprocessing.authors.fill(planes, from: photo, size: side, for: input, threads: 1)
      colors.apply(chance.colors, to: planes, of: input, isGray: photo.channels.opaque == .gray)
      for c in 0..<3 {
        let plane = planes.baseAddress! + c * side * side
        window.copy(to: image.baseAddress! + c * crop * crop) { plane[$0] }
      }
    }
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: side * side) { levels in
      mask.fillNearest(levels, side: side)
      let values = values(largest: levels.max()!)
      window.copy(to: target.baseAddress!) { values[Int(levels[$0])] }
    }
  }

  /// A whole mask as a target of side×side values in 0 … 1, without chance.
  func target(_ mask: Image<UInt8>) -> [Float] {
    var levels = [UInt8](repeating: 0, count: side * side)
    levels.withUnsafeMutableBufferPointer { mask.fillNearest($0, side: side) }
    let values = values(largest: levels.max()!)
    return levels.map { values[Int($0)] }
  }

  /// What a mask's levels stand for.
  private func values(largest: UInt8) -> [Float] {
    (0..<256).map { level in
      if let maskThreshold { return level >= maskThreshold ? 1 : 0 }
      return largest == 0 ? 0 : min(1, Float(level) * (1 / Float(largest)))
    }
  }

  private func scaledSide(_ chance: Double) -> Int {
    guard scale > 0 else { return side }
    let largest = Int((Double(side) * (1 + scale)).rounded())
    return crop + Int(chance * Double(largest - crop + 1))
  }

  /// 0 ..< side − crop, as in the authors' code, which never uses the last one; 0 where there is no choice.
  private func offset(_ chance: Double, in side: Int) -> Int { Int(chance * Double(side - crop)) }
}

/// What is cut out of a square, and which way round.
private struct Window {
  let side, crop, top, left: Int
  let turnsRows, turnsColumns: Bool

  /// Writes the window's crop×crop values, given those of the square by their index.
  @inline(__always)
  func copy(to out: UnsafeMutablePointer<Float>, _ value: (Int) -> Float) {
    let step = turnsColumns ? -1 : 1
    for y in 0..<crop {
      let row = turnsRows ? side - 1 - top - y : top + y
      let first = row * side + (turnsColumns ? side - 1 - left : left)
      for x in 0..<crop { out[y * crop + x] = value(first + step * x) }
    }
  }
}

extension Image where Sample == UInt8 {
  /// Writes the first channel, squashed to a square, each pixel the nearest one's level.
  fileprivate func fillNearest(_ levels: UnsafeMutableBufferPointer<UInt8>, side: Int) {
    let stride = channels.rawValue
    samples.withUnsafeBufferPointer { samples in
      for y in 0..<side {
        let row = (2 * y + 1) * height / (2 * side) * width
        for x in 0..<side { levels[y * side + x] = samples[(row + (2 * x + 1) * width / (2 * side)) * stride] }
      }
    }
  }
}
