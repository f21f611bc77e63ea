internal import U2NetCImageCodecs

/// A picture's file, ready for its decoder.
struct PictureFile {
  private let bytes: [UInt8]
  private let source: String
  private let format: ImageFormat
  private let parts: [ImageFile.Part]
  /// Whether `bytes` were made a whole file.
  private let wasCut: Bool

  init(_ bytes: [UInt8], source: String) throws(ImageError) {
    guard !bytes.isEmpty else { throw .empty(source: source) }
    guard let format = ImageFormat(signatureOf: bytes) else {
      throw .unrecognized(source: source, start: [UInt8](bytes.prefix(12)))
    }
    wasCut = format == .webP && !ImageFile.isWholeRIFF(bytes)
    guard let whole = wasCut ? ImageFile.completed(webP: bytes) : bytes else {
      throw .corrupt(source: source, format: format, reason: "the file ends too early")
    }
    (self.bytes, self.source, self.format) = (whole, source, format)
    parts = ImageFile.parts(of: whole, format)
  }

  /// Sizes of which more than this many pixels are too many to count their bytes.
  private static let countablePixels = Int.max / 1024

  func header(pixelLimit: Int) throws(ImageError) -> ImageHeader {
    var header = cic_header()
    _ = try checked(width: 0, height: 0) { message, _ in
      switch format {
      case .png: cic_png_header(bytes, bytes.count, &header, message)
      case .jpeg: cic_jpeg_header(bytes, bytes.count, &header, message)
      case .webP: cic_webp_header(bytes, bytes.count, &header, message)
      }
    }
    let orientation = ImageFile.EmbeddedMetadata(bytes, format, parts).orientation
    let (stored, isTurned) = ((Int(header.width), Int(header.height)), orientation.swapsAxes)
    let (width, height) = isTurned ? (stored.1, stored.0) : stored
    let (pixels, tooMany) = width.multipliedReportingOverflow(by: height)
    guard !tooMany, pixels <= min(pixelLimit, Self.countablePixels) else {
      throw .tooLarge(source: source, width: width, height: height, limit: min(pixelLimit, Self.countablePixels))
    }
    return ImageHeader(
      format: format, width: width, height: height, channels: Channels(rawValue: Int(header.channels))!,
      bitDepth: Int(header.bit_depth), orientation: orientation, isFirstOfMany: header.is_first_of_many != 0)
  }

  /// Runs a codec and turns its status and message into an error.
  /// - Returns: its remarks.
  private func checked(
    width: Int, height: Int, _ body: (UnsafeMutablePointer<CChar>, UnsafeMutablePointer<CChar>) -> cic_status
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
    _ header: ImageHeader, sampleBits: Int, denominator: Int, into pixels: UnsafeMutableRawBufferPointer
  ) throws(ImageError) -> String {
    let inks = format == .jpeg ? inkProfile : nil
    return try checked(width: header.width, height: header.height) { message, remarks in
      switch format {
      case .png:
        cic_png_pixels(bytes, bytes.count, Int32(sampleBits), pixels.baseAddress, pixels.count, remarks, message)
      case .jpeg:
        withOptionalBytes(inks) { profile, profileCount in
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
    ImageFile.profile(inJPEG: bytes, parts).flatMap { $0.dropFirst(16).starts(with: "CMYK".utf8) ? $0 : nil }
  }

  /// The pixels as stored, in samples of the picture's type.
  func stored<Sample: PixelSample & FixedWidthInteger>(
    _ header: ImageHeader, denominator: Int = 1, remark: (String) -> Void
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
        header, sampleBits: Sample.bitWidth, denominator: denominator, into: UnsafeMutableRawBufferPointer(pixels))
    }
    if wasCut { remark("the file ends too early; all pixels are there") }
    if !remarks.isEmpty { remark(remarks) }
    if format == .png, isAnimatedPNG { remark("it is an animation; its first picture is used") }
    return image
  }

  /// Whether an `acTL` chunk says that there are several pictures.
  private var isAnimatedPNG: Bool {
    parts.first { $0.kind == ImageFile.code("acTL") }.flatMap { bytes[$0.data].bigEndian(0, bytes: 4) }.map { $0 > 1 }
      ?? false
  }
}

extension ImageFile {
  /// Whether there is room for so many bytes, which is worth asking before an array takes them: where memory is lacking the program
  /// stops.
  package static func hasMemory(_ bytes: Int) -> Bool { cic_has_memory(bytes) != 0 }
}
