/// Width and height in pixels.
public struct PixelSize: Hashable, Sendable {
  /// At least 1 each.
  public let width, height: Int

  /// `width` × `height` pixels.
  public init(width: Int, height: Int) { (self.width, self.height) = (width, height) }
}

extension PixelSize: LosslessStringConvertible {
  /// "2000x1500", each number 1 to 65500; nil for anything else.
  public init?(_ text: String) {
    let numbers = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let width = numbers[0], let height = numbers[1], (1...65500).contains(width),
      (1...65500).contains(height)
    else { return nil }
    self.init(width: width, height: height)
  }

  /// "2000x1500"
  public var description: String { "\(width)x\(height)" }
}
