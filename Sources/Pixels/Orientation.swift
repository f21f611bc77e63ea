/// How stored rows and columns are to be displayed: the values of EXIF's orientation tag. The name says on which
/// side of the displayed image the first stored row is, and whether the image is also mirrored.
public enum Orientation: Int, Sendable, CaseIterable {
  /// To be displayed as it is stored.
  case up = 1
  /// To be displayed with left and right exchanged.
  case upMirrored = 2
  /// To be displayed turned by 180°.
  case down = 3
  /// To be displayed with top and bottom exchanged.
  case downMirrored = 4
  /// To be displayed transposed.
  case leftMirrored = 5
  /// To be displayed turned by 90° clockwise.
  case right = 6
  /// To be displayed transposed about the other diagonal.
  case rightMirrored = 7
  /// To be displayed turned by 90° counter-clockwise.
  case left = 8

  /// Whether stored rows are displayed as columns.
  public var swapsAxes: Bool { rawValue >= 5 }

  /// Whether, along the displayed horizontal and vertical axis, stored pixels run backwards.
  fileprivate var runsBackwards: (horizontally: Bool, vertically: Bool) {
    switch self {
    case .up, .leftMirrored: (false, false)
    case .upMirrored, .right: (true, false)
    case .down, .rightMirrored: (true, true)
    case .downMirrored, .left: (false, true)
    }
  }
}

extension Image {
  /// The image as displayed, when its file says it is stored in `orientation`.
  public func oriented(by orientation: Orientation) -> Image {
    if orientation == .up { return self }
    let (width, height) = orientation.swapsAxes ? (self.height, self.width) : (self.width, self.height)

    // The stored pixel of displayed column x and row y is start + x * across + y * down.
    let (across, down) = orientation.swapsAxes ? (self.width, 1) : (1, self.width)
    let backwards = orientation.runsBackwards
    let walk = Walk(
      width: width, height: height,
      start: (backwards.horizontally ? (width - 1) * across : 0) + (backwards.vertically ? (height - 1) * down : 0),
      across: backwards.horizontally ? -across : across,
      down: backwards.vertically ? -down : down)
    return Image(width: width, height: height, channels: channels) { output in
      samples.withUnsafeBytes { input in
        walk.copy(
          input.baseAddress!, to: UnsafeMutableRawPointer(output.baseAddress!),
          pixelSize: channels.rawValue * MemoryLayout<Sample>.size)
      }
    }
  }
}

/// An order in which to take the pixels of one image to make up another.
private struct Walk {
  let width, height: Int
  let start, across, down: Int

  /// Pixels are moved as one value of their size, which need know nothing of the sample type.
  func copy(_ input: UnsafeRawPointer, to output: UnsafeMutableRawPointer, pixelSize: Int) {
    switch pixelSize {
    case 1: copy(input, output, as: UInt8.self)
    case 2: copy(input, output, as: UInt16.self)
    case 3: copy(input, output, as: (UInt8, UInt8, UInt8).self)
    case 4: copy(input, output, as: UInt32.self)
    case 6: copy(input, output, as: (UInt16, UInt16, UInt16).self)
    case 8: copy(input, output, as: (UInt32, UInt32).self)
    case 12: copy(input, output, as: (UInt32, UInt32, UInt32).self)
    case 16: copy(input, output, as: (UInt32, UInt32, UInt32, UInt32).self)
    default: preconditionFailure("no image has pixels of \(pixelSize) bytes")
    }
  }

  /// Goes by blocks of 32 x 32 pixels: rows read as columns then stay in the cache until they are used up.
  @inline(__always)
  private func copy<Pixel>(_ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, as: Pixel.Type) {
    let input = input.assumingMemoryBound(to: Pixel.self)
    let output = output.assumingMemoryBound(to: Pixel.self)
    let block = 32
    for top in stride(from: 0, to: height, by: block) {
      for left in stride(from: 0, to: width, by: block) {
        let right = min(left + block, width)
        for y in top..<min(top + block, height) {
          var from = start + y * down + left * across
          for x in left..<right {
            output[y * width + x] = input[from]
            from += across
          }
        }
      }
    }
  }
}
