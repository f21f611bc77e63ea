/// What a picture's file says beside its pixels, from one walk over its parts. What is damaged counts as not there: a
/// picture without its density is better than none.
struct FileContents: Sendable {
  /// EXIF as a TIFF structure, as in the file: it still says how to turn the stored rows.
  var exif: [UInt8]?
  /// An XMP packet.
  var xmp: [UInt8]?
  var profile: [UInt8]?
  var density: PixelDensity?
  var aspect: PixelAspect?
  /// What is wrong with what should be one of these.
  var resolutionFault: String?
  /// Whether there is a profile, or what should be one.
  var hasProfile = false
  /// What the samples are, in the names that profiles have for it.
  var storedColors = "RGB "
  var pngColors: [PNGChunk] = []
  /// Whether a PNG says that there are several pictures.
  var isAnimatedPNG = false
  /// That of EXIF, or else of XMP; upright if none is known.
  private(set) var orientation = Orientation.up

  init(_ bytes: [UInt8], _ format: ImageFormat) {
    let parts = ImageFile.parts(of: bytes, format)
    switch format {
    case .png: readPNG(bytes, parts)
    case .jpeg: readJPEG(bytes, parts)
    case .webP: readWebP(bytes, parts)
    }
    // Some writers put JPEG's mark where none belongs, or twice.
    while exif?.starts(with: ImageFile.exifMark) == true { exif!.removeFirst(ImageFile.exifMark.count) }
    let said = exif.flatMap(Exif.init)
    // Cameras give the density in EXIF only, and WebP has no other place for it.
    if density == nil, aspect == nil { (density, aspect) = (said?.density, said?.aspect) }
    orientation =
      if let said, said.saysOrientation { said.orientation ?? .up } else { xmp.flatMap(Orientation.init(xmp:)) ?? .up }
  }

  /// All as in the file: density and aspect are along the stored rows, and the profile may be of no use.
  var metadata: Metadata {
    var metadata = Metadata(profile: profile, exif: exif, density: density)
    (metadata.aspect, metadata.orientation, metadata.pngColors) = (aspect, orientation, pngColors)
    return metadata
  }

  private mutating func readWebP(_ bytes: [UInt8], _ parts: [ImageFile.Part]) {
    // The first chunk of each kind, as libwebp's demultiplexer and so browsers and Pillow have it: where the file starts
    // with `VP8X`, and that has the flag for it (WebP container specification).
    guard let start = parts.first, start.kind == ImageFile.code("VP8X"), let flags = bytes[start.data].first else {
      return
    }
    func data(_ kind: StaticString, flag: UInt8) -> [UInt8]? {
      guard flags & flag != 0 else { return nil }
      return parts.first { $0.kind == ImageFile.code(kind) }.map { Array(bytes[$0.data]) }
    }
    profile = data("ICCP", flag: 0x20)
    exif = data("EXIF", flag: 0x08)
    xmp = data("XMP ", flag: 0x04)
  }
}

extension ImageFile {
  /// What a picture's file says beside its pixels; nothing, if it is in no known format.
  ///
  /// All is as in the file: EXIF still says how to turn the stored rows, density and aspect are along them, and the profile
  /// may be of no use.
  public static func metadata(of bytes: [UInt8]) -> Metadata {
    ImageFormat(signatureOf: bytes).map { FileContents(bytes, $0).metadata } ?? Metadata()
  }

  /// As `metadata(of:)`, but only what is of use to other files: see `PictureFile.usableMetadata(remark:)`.
  public static func usableMetadata(of bytes: [UInt8], remark: (String) -> Void) -> Metadata {
    ImageFormat(signatureOf: bytes).map { FileContents(bytes, $0).usableMetadata(remark: remark) } ?? Metadata()
  }

  /// "Exif" and two zeros.
  static let exifMark: [UInt8] = Array("Exif\0\0".utf8)
  /// JPEG's mark of XMP, and PNG's.
  static let xmpMark: [UInt8] = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
  static let xmpKeyword = "XML:com.adobe.xmp"
  static let profileMark: [UInt8] = Array("ICC_PROFILE\0".utf8)
}
