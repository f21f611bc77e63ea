/// A rectangle of pixels.
public struct PixelRect: Hashable, Sendable {
  /// Column and row of the top left pixel, from 0.
  public let x, y: Int
  /// In pixels.
  public let width, height: Int

  /// All in pixels; it may reach beyond a picture.
  public init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }
}

extension Image {
  /// The part of the image inside `rect`, which must lie within it.
  public func cropped(to rect: PixelRect) -> Image {
    precondition(
      rect.x >= 0 && rect.y >= 0 && rect.x + rect.width <= width && rect.y + rect.height <= height,
      "\(rect) is not inside \(width) x \(height) pixels")
    let row = rect.width * channels.rawValue
    return Image(width: rect.width, height: rect.height, channels: channels) { output in
      samples.withUnsafeBufferPointer { input in
        for y in 0..<rect.height {
          let from = ((rect.y + y) * width + rect.x) * channels.rawValue
          output.baseAddress!.advanced(by: y * row).update(from: input.baseAddress! + from, count: row)
        }
      }
    }
  }
}
