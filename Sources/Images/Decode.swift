// Bytes of a file to pixels.

internal import CImageCodecs

extension ImageFile {
  /// Decoding refuses more pixels than this unless told otherwise: 256 megapixels, a gigabyte of RGBA.
  public static var defaultPixelLimit: Int { 256_000_000 }

  /// Reads size and kind without decoding pixels.
  ///
  /// - Parameter source: the file's name, for error messages.
  /// - Throws: `empty`, `unrecognized`, `corrupt` or `unsupported`.
  public static func header(of bytes: [UInt8], source: String) throws(ImageError) -> ImageHeader {
    guard !bytes.isEmpty else { throw .empty(source: source) }
    guard let format = ImageFormat(signatureOf: bytes) else {
      throw .unrecognized(source: source, start: [UInt8](bytes.prefix(12)))
    }
    if format == .webP, !isWholeRIFF(bytes) {
      throw .corrupt(source: source, format: format, reason: "the file ends too early")
    }
    var header = cic_header()
    try checked(source, format, width: 0, height: 0) { message in
      switch format {
      case .png: cic_png_header(bytes, bytes.count, &header, message)
      case .jpeg: cic_jpeg_header(bytes, bytes.count, &header, message)
      case .webP: cic_webp_header(bytes, bytes.count, &header, message)
      }
    }
    let orientation = exif(in: bytes, format).flatMap(Orientation.init(exif:)) ?? .up
    let (width, height) = (Int(header.width), Int(header.height))
    return ImageHeader(
      format: format,
      width: orientation.swapsAxes ? height : width,
      height: orientation.swapsAxes ? width : height,
      channels: Channels(rawValue: Int(header.channels))!,
      bitDepth: Int(header.bit_depth),
      orientation: orientation)
  }

  /// Reads the header and checks the size against `pixelLimit`.
  fileprivate static func header(
    of bytes: [UInt8], source: String, pixelLimit: Int, bytesPerSample: Int
  ) throws(ImageError) -> ImageHeader {
    let header = try header(of: bytes, source: source)
    let (pixels, tooMany) = header.width.multipliedReportingOverflow(by: header.height)
    let (_, tooManyBytes) = pixels.multipliedReportingOverflow(by: header.channels.rawValue * bytesPerSample)
    guard !tooMany, !tooManyBytes, pixels <= pixelLimit else {
      throw .tooLarge(source: source, width: header.width, height: header.height, limit: pixelLimit)
    }
    return header
  }

  /// Runs a codec and turns its status and message into an error.
  private static func checked(
    _ source: String, _ format: ImageFormat, width: Int, height: Int,
    _ body: (UnsafeMutablePointer<CChar>) -> cic_status
  ) throws(ImageError) {
    let (status, reason) = run(body)
    switch status {
    case CIC_OK: return
    case CIC_UNSUPPORTED: throw .unsupported(source: source, format: format, reason: reason)
    case CIC_NO_MEMORY: throw .outOfMemory(source: source, width: width, height: height)
    default: throw .corrupt(source: source, format: format, reason: reason)
    }
  }

  /// Decodes the pixels as stored, into a buffer of exactly their size.
  fileprivate static func decode(
    _ bytes: [UInt8], _ header: ImageHeader, source: String, sampleBits: Int, denominator: Int,
    into pixels: UnsafeMutableRawBufferPointer
  ) throws(ImageError) {
    try checked(source, header.format, width: header.width, height: header.height) { message in
      switch header.format {
      case .png:
        cic_png_pixels(bytes, bytes.count, Int32(sampleBits), pixels.baseAddress, pixels.count, message)
      case .jpeg:
        cic_jpeg_pixels(bytes, bytes.count, Int32(denominator), pixels.baseAddress, pixels.count, message)
      case .webP:
        cic_webp_pixels(
          bytes, bytes.count, UInt32(header.storedWidth.dividedRoundingUp(by: denominator)),
          UInt32(header.storedHeight.dividedRoundingUp(by: denominator)), Int32(header.channels.rawValue),
          pixels.baseAddress, pixels.count, message)
      }
    }
  }
}

extension Image where Sample == UInt8 {
  /// Decodes a PNG, JPEG or WebP file, turned upright by its EXIF orientation. Samples of 16 bits keep their high byte.
  ///
  /// A file that is damaged or ends too early is an error, even if a codec could make something of it.
  ///
  /// - Parameters:
  ///   - source: the file's name, for error messages.
  ///   - pixelLimit: the most pixels to accept; checked before any memory is taken for them.
  ///   - sides: if given, a JPEG or WebP is decoded at the smallest of 1/1, 1/2, 1/4 and 1/8 of its size with both sides
  ///     at least this long, which for a JPEG is a good deal quicker where a small picture is wanted.
  /// - Throws: `empty`, `unrecognized`, `corrupt`, `unsupported`, `tooLarge` or `outOfMemory`.
  public init(
    decoding bytes: [UInt8], source: String, pixelLimit: Int = ImageFile.defaultPixelLimit,
    sidesAtLeast sides: Int? = nil
  ) throws(ImageError) {
    let header = try ImageFile.header(of: bytes, source: source, pixelLimit: pixelLimit, bytesPerSample: 1)
    var denominator = 1
    if let sides, header.format != .png {
      while denominator < 8 && min(header.width, header.height) / (2 * denominator) >= sides { denominator *= 2 }
    }
    try self.init(storedIn: bytes, header, source: source, denominator: denominator)
    self = oriented(by: header.orientation)
  }

  fileprivate init(
    storedIn bytes: [UInt8], _ header: ImageHeader, source: String, denominator: Int = 1
  ) throws(ImageError) {
    try self.init(
      width: header.storedWidth.dividedRoundingUp(by: denominator),
      height: header.storedHeight.dividedRoundingUp(by: denominator), channels: header.channels
    ) { pixels throws(ImageError) in
      try ImageFile.decode(
        bytes, header, source: source, sampleBits: 8, denominator: denominator,
        into: UnsafeMutableRawBufferPointer(pixels))
    }
  }
}

extension Image where Sample == UInt16 {
  /// Decodes a PNG, JPEG or WebP file, turned upright by its EXIF orientation. Samples of fewer than 16 bits are widened
  /// to the full range: 255 becomes 65535.
  ///
  /// Parameters and errors are those of `Image<UInt8>.init(decoding:source:pixelLimit:)`.
  public init(
    decoding bytes: [UInt8], source: String, pixelLimit: Int = ImageFile.defaultPixelLimit
  ) throws(ImageError) {
    let header = try ImageFile.header(of: bytes, source: source, pixelLimit: pixelLimit, bytesPerSample: 2)
    if header.bitDepth == 16 {
      try self.init(width: header.storedWidth, height: header.storedHeight, channels: header.channels) {
        pixels throws(ImageError) in
        try ImageFile.decode(
          bytes, header, source: source, sampleBits: 16, denominator: 1,
          into: UnsafeMutableRawBufferPointer(pixels))
      }
    } else {
      self = try Image<UInt8>(storedIn: bytes, header, source: source).widened
    }
    self = oriented(by: header.orientation)
  }
}

extension Int {
  func dividedRoundingUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }
}
