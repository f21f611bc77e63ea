package import U2NetFiles

extension Image where Sample == UInt8 {
  /// Reads a PNG, JPEG or WebP file, turned upright; `-` is standard input.
  /// - Throws: what `ImageFile.read` and `init(decoding:source:pixelLimit:)` throw.
  public init(contentsOf path: String) throws(ImageError) {
    try self.init(decoding: ImageFile.read(path), source: path)
  }

  /// As `init(contentsOf:)` of a `String`, for names that need not be UTF-8.
  package init(contentsOf path: FilePath) throws(ImageError) {
    try self.init(decoding: ImageFile.read(path), source: "\(path)")
  }

  /// Writes a PNG file, whole or not at all; `-` is standard output.
  /// - Throws: `unwritable`.
  public func writePNG(to path: String) throws(ImageError) { try ImageFile.write(pngData(), to: path) }
}

/// A rectangle of pixels.
public struct PixelRect: Hashable, Sendable {
  /// Column and row of the top left pixel, from 0.
  public let x, y: Int
  public let width, height: Int

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
