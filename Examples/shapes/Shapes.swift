import Foundation
import U2Net

/// Drawn photos of two discs: the red one is the object, the blue one is not.
public enum Shapes {
  public static let side = 96

  /// Photo `number`; no two are alike.
  public static func photo(_ number: Int) -> Image<UInt8> {
    draw(number) { isObject, isOther, noise in
      let color = isObject ? [205, 50, 40] : isOther ? [40, 70, 200] : [130, 140, 120]
      return color.map { UInt8($0 + noise) }
    }
  }

  /// Its mask: 255 on the red disc.
  public static func mask(_ number: Int) -> Image<UInt8> { draw(number) { isObject, _, _ in [isObject ? 255 : 0] } }

  /// A folder with photos in "images" and their masks in "masks", which a training takes.
  public static func write(_ numbers: Range<Int>, to folder: String) throws -> String {
    for name in ["images", "masks"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    for number in numbers {
      try photo(number).writePNG(to: "\(folder)/images/\(number).png")
      try mask(number).writePNG(to: "\(folder)/masks/\(number).png")
    }
    return folder
  }

  private static func draw(_ number: Int, _ pixel: (Bool, Bool, _ noise: Int) -> [UInt8]) -> Image<UInt8> {
    // From photo to photo the discs change their places, sizes and sides.
    let radius = 14 + number * 5 % 9, y = 24 + number * 11 % 48, left = 24 + number * 3 % 7, right = side - 1 - left
    let (x, otherX) = number % 2 == 0 ? (left, right) : (right, left), otherY = 24 + number * 17 % 48
    func isInside(_ column: Int, _ row: Int, _ x: Int, _ y: Int) -> Bool {
      (column - x) * (column - x) + (row - y) * (row - y) < radius * radius
    }
    let samples = (0..<side * side).flatMap { i -> [UInt8] in
      let (column, row) = (i % side, i / side)
      let noise = (i &* 7919 &+ number &* 104_729) / 13 % 40 - 20
      return pixel(isInside(column, row, x, y), isInside(column, row, otherX, otherY), noise)
    }
    return Image(
      width: side, height: side, channels: samples.count == side * side ? .gray : .rgb, samples: samples)
  }
}
