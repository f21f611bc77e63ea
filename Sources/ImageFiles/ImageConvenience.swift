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
