internal import U2NetCImageCodecs

/// A picture's file in memory, opened: what it says is read once, and its pixels can be decoded.
///
///     let file = try PictureFile(ImageFile.read("mug.jpg"), source: "mug.jpg")
///     print(file.header.width, file.metadata.density as Any)
///     let picture = try file.image()
public struct PictureFile: Sendable {
  /// Size and kind.
  public let header: ImageHeader
  private let bytes: [UInt8]
  private let source: String
  private let contents: FileContents
  /// Whether `bytes` were made a whole file.
  private let wasCut: Bool

  /// What the file says beside its pixels, as in the file: EXIF still says how to turn the stored rows, density and aspect
  /// are along them, and the profile may be of no use.
  public var metadata: Metadata { contents.metadata }

  /// As `metadata`, but only what is of use to other files: without a colour profile that cannot be read or is of other
  /// colours than the picture, and without EXIF that cannot be read.
  /// - Parameter remark: told of what is left out.
  public func usableMetadata(remark: (String) -> Void) -> Metadata { contents.usableMetadata(remark: remark) }

  /// Of the file.
  public var byteCount: Int { bytes.count }

  /// Reads size and kind without decoding pixels.
  ///
  /// - Parameters:
  ///   - bytes: of the whole file.
  ///   - source: the file's name, for error messages.
  ///   - pixelLimit: the most pixels to accept.
  /// - Throws: `empty`, `unrecognized`, `corrupt`, `unsupported` or `tooLarge`.
  public init(
    _ bytes: [UInt8], source: String, pixelLimit: Int = ImageFile.defaultPixelLimit
  ) throws(ImageError) {
    guard !bytes.isEmpty else { throw .empty(source: source) }
    guard let format = ImageFormat(signatureOf: bytes) else {
      throw .unrecognized(source: source, start: [UInt8](bytes.prefix(12)))
    }
    wasCut = format == .webP && !ImageFile.isWholeRIFF(bytes)
    guard let whole = wasCut ? ImageFile.completed(webP: bytes) : bytes else {
      throw .corrupt(source: source, format: format, reason: "the file ends too early")
    }
    (self.bytes, self.source) = (whole, source)
    contents = FileContents(whole, format)
    header = try Self.header(of: whole, format, contents.orientation, source: source, pixelLimit: pixelLimit)
  }

  /// Sizes of which more than this many pixels are too many to count their bytes.
  private static let countablePixels = Int.max / 1024

  private static func header(
    of bytes: [UInt8], _ format: ImageFormat, _ orientation: Orientation, source: String, pixelLimit: Int
  ) throws(ImageError) -> ImageHeader {
    var header = cic_header()
    _ = try checked(source, format, width: 0, height: 0) { message, _ in
      switch format {
      case .png: cic_png_header(bytes, bytes.count, &header, message)
      case .jpeg: cic_jpeg_header(bytes, bytes.count, &header, message)
      case .webP: cic_webp_header(bytes, bytes.count, &header, message)
      }
    }
    let (stored, isTurned) = ((Int(header.width), Int(header.height)), orientation.swapsAxes)
    let (width, height) = isTurned ? (stored.1, stored.0) : stored
    let (pixels, tooMany) = width.multipliedReportingOverflow(by: height)
    guard !tooMany, pixels <= min(pixelLimit, countablePixels) else {
      throw .tooLarge(source: source, width: width, height: height, limit: min(pixelLimit, countablePixels))
    }
    return ImageHeader(
      format: format, width: width, height: height, channels: Channels(rawValue: Int(header.channels))!,
      bitDepth: Int(header.bit_depth), orientation: orientation, isFirstOfMany: header.is_first_of_many != 0)
  }

  /// Runs a codec and turns its status and message into an error.
  /// - Returns: its remarks.
  private static func checked(
    _ source: String, _ format: ImageFormat, width: Int, height: Int,
    _ body: (UnsafeMutablePointer<CChar>, UnsafeMutablePointer<CChar>) -> cic_status
  ) throws(ImageError) -> String {
    let (status, reason, remarks) = run(body)
    switch status {
    case CIC_OK: return remarks
    case CIC_UNSUPPORTED: throw .unsupported(source: source, format: format, reason: reason)
    case CIC_NO_MEMORY: throw .outOfMemory(source: source, width: width, height: height)
    default: throw .corrupt(source: source, format: format, reason: reason)
    }
  }

  /// Decodes the pixels as stored, into a buffer of exactly their size.
  private func decode(
    sampleBits: Int, denominator: Int, into pixels: UnsafeMutableRawBufferPointer
  ) throws(ImageError) -> String {
    try Self.checked(source, header.format, width: header.width, height: header.height) { message, remarks in
      switch header.format {
      case .png:
        cic_png_pixels(bytes, bytes.count, Int32(sampleBits), pixels.baseAddress, pixels.count, remarks, message)
      case .jpeg:
        withOptionalBytes(inkProfile) { profile, profileCount in
          cic_jpeg_pixels(
            bytes, bytes.count, Int32(denominator), profile, profileCount, pixels.baseAddress, pixels.count, remarks,
            message)
        }
      case .webP:
        cic_webp_pixels(
          bytes, bytes.count, UInt32(header.storedWidth.dividedRoundingUp(by: denominator)),
          UInt32(header.storedHeight.dividedRoundingUp(by: denominator)), Int32(header.channels.rawValue),
          pixels.baseAddress, pixels.count, remarks, message)
      }
    }
  }

  /// The profile of a JPEG of inks.
  private var inkProfile: [UInt8]? {
    contents.profile.flatMap { $0.dropFirst(16).starts(with: "CMYK".utf8) ? $0 : nil }
  }

  /// The pixels as stored, in samples of the picture's type.
  private func stored<Sample: PixelSample & FixedWidthInteger>(
    denominator: Int = 1, remark: (String) -> Void
  ) throws(ImageError) -> Image<Sample> {
    let (width, height) = (header.width, header.height)
    guard ImageFile.hasMemory(width * height * header.channels.rawValue * MemoryLayout<Sample>.size) else {
      throw .outOfMemory(source: source, width: width, height: height)
    }
    var remarks = ""
    let image = try Image<Sample>(
      width: header.storedWidth.dividedRoundingUp(by: denominator),
      height: header.storedHeight.dividedRoundingUp(by: denominator), channels: header.channels
    ) { pixels throws(ImageError) in
      remarks = try decode(
        sampleBits: Sample.bitWidth, denominator: denominator, into: UnsafeMutableRawBufferPointer(pixels))
    }
    if wasCut { remark("the file ends too early; all pixels are there") }
    if !remarks.isEmpty { remark(remarks) }
    if contents.isAnimatedPNG { remark("it is an animation; its first picture is used") }
    if contents.pngColors.contains(where: \.hasUnknownCodePoints) {
      remark("its cICP chunk names colours that are not known")
    }
    return image
  }
}

extension PictureFile {
  /// The picture, turned upright. Samples of 16 bits keep their high byte.
  ///
  /// - Parameters:
  ///   - sides: if given, a JPEG or WebP is decoded at the smallest of 1/1, 1/2, 1/4 and 1/8 of its size with both sides
  ///     at least this long, which for a JPEG is a good deal quicker where a small picture is wanted.
  ///   - remark: told what is odd about a file that is read all the same: that its end is missing, that a chunk is
  ///     damaged, that it is an animation.
  /// - Throws: `corrupt`, `unsupported` or `outOfMemory`.
  public func image(
    sidesAtLeast sides: Int? = nil, remark: (String) -> Void = { _ in }
  ) throws(ImageError) -> Image<UInt8> {
    var denominator = 1
    if let sides, header.format != .png, !header.isFirstOfMany {
      while denominator < 8 && min(header.width, header.height) / (2 * denominator) >= sides { denominator *= 2 }
    }
    return try stored(denominator: denominator, remark: remark).oriented(by: header.orientation)
  }

  /// As `image(sidesAtLeast:remark:)`, at the full size. Samples of fewer than 16 bits are widened to the full range: 255
  /// becomes 65535.
  /// - Throws: as `image(sidesAtLeast:remark:)`.
  public func deepImage(remark: (String) -> Void = { _ in }) throws(ImageError) -> Image<UInt16> {
    guard header.bitDepth == 16 else {
      let narrow: Image<UInt8> = try stored(remark: remark)
      return narrow.widened.oriented(by: header.orientation)
    }
    return try stored(remark: remark).oriented(by: header.orientation)
  }
}

extension ImageFile {
  /// Whether there is room for so many bytes, which is worth asking before an array takes them: where memory is lacking the program
  /// stops.
  package static func hasMemory(_ bytes: Int) -> Bool { cic_has_memory(bytes) != 0 }
}
