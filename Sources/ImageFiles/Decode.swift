// Bytes of a file to pixels.

extension ImageFile {
  /// Decoding refuses more pixels than this unless told otherwise: 256 megapixels, a gigabyte of RGBA.
  public static var defaultPixelLimit: Int { 256_000_000 }

  /// Reads size and kind without decoding pixels.
  ///
  /// - Parameters:
  ///   - bytes: of the whole file.
  ///   - source: the file's name, for error messages.
  ///   - pixelLimit: the most pixels to accept.
  /// - Throws: `empty`, `unrecognized`, `corrupt`, `unsupported` or `tooLarge`.
  public static func header(
    of bytes: [UInt8], source: String, pixelLimit: Int = defaultPixelLimit
  ) throws(ImageError) -> ImageHeader {
    try PictureFile(bytes, source: source, pixelLimit: pixelLimit).header
  }
}

extension Image where Sample == UInt8 {
  /// Decodes a PNG, JPEG or WebP file, turned upright as its EXIF or XMP says. Samples of 16 bits keep their high byte.
  ///
  /// A file that lacks pixels, or whose pixels are damaged, is an error, even if a codec could make something of it. A
  /// file whose pixels are all there is a picture, even if its end or something beside them is damaged.
  ///
  /// CMYK becomes sRGB by its profile, or without one by Pillow's formula.
  ///
  /// - Parameters:
  ///   - bytes: of the whole file.
  ///   - source: the file's name, for error messages.
  ///   - pixelLimit: the most pixels to accept; checked before any memory is taken for them.
  ///   - sides: if given, a JPEG or WebP is decoded at the smallest of 1/1, 1/2, 1/4 and 1/8 of its size with both
  ///     sides at least this long, which for a JPEG is a good deal quicker where a small picture is wanted.
  ///   - remark: told what is odd about a file that is read all the same: that its end is missing, that a chunk is
  ///     damaged, that it is an animation.
  /// - Throws: `empty`, `unrecognized`, `corrupt`, `unsupported`, `tooLarge` or `outOfMemory`.
  public init(
    decoding bytes: [UInt8], source: String, pixelLimit: Int = ImageFile.defaultPixelLimit,
    sidesAtLeast sides: Int? = nil, remark: (String) -> Void = { _ in }
  ) throws(ImageError) {
    self = try PictureFile(bytes, source: source, pixelLimit: pixelLimit).image(sidesAtLeast: sides, remark: remark)
  }
}

extension Image where Sample == UInt16 {
  /// Decodes a PNG, JPEG or WebP file, turned upright as its EXIF or XMP says. Samples of fewer than 16 bits are widened
  /// to the full range: 255 becomes 65535.
  ///
  /// Parameters and errors are those of `Image<UInt8>.init(decoding:source:pixelLimit:sidesAtLeast:remark:)`.
  /// - Throws: `empty`, `unrecognized`, `corrupt`, `unsupported`, `tooLarge` or `outOfMemory`.
  public init(
    decoding bytes: [UInt8], source: String, pixelLimit: Int = ImageFile.defaultPixelLimit,
    remark: (String) -> Void = { _ in }
  ) throws(ImageError) {
    self = try PictureFile(bytes, source: source, pixelLimit: pixelLimit).deepImage(remark: remark)
  }
}

extension Int {
  func dividedRoundingUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }
}
