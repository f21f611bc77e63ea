/// What a picture's file says beside its pixels, from one walk over its parts. What is damaged counts as not there: a
/// picture without its density is better than none.
struct FileContents: Sendable {
  /// EXIF as a TIFF structure, as in the file: it still says how to turn the stored rows.
  var exif: [UInt8]?
  /// An XMP packet.
  var xmp: [UInt8]?
  var profile: [UInt8]?
  var density: PixelDensity?
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
    density = density ?? said?.density
    orientation =
      if let said, said.saysOrientation { said.orientation ?? .up } else { xmp.flatMap(Orientation.init(xmp:)) ?? .up }
  }

  var metadata: Metadata {
    var metadata = Metadata(profile: profile, exif: exif, density: density)
    metadata.pngColors = pngColors
    return metadata
  }

  private mutating func readWebP(_ bytes: [UInt8], _ parts: [ImageFile.Part]) {
    func data(_ part: ImageFile.Part?) -> [UInt8]? { part.map { Array(bytes[$0.data]) } }
    profile = data(parts.first { $0.kind == ImageFile.code("ICCP") })
    exif = data(parts.first { $0.kind == ImageFile.code("EXIF") })
    xmp = data(parts.last { $0.kind == ImageFile.code("XMP ") })
  }
}

extension ImageFile {
  /// What a picture's file says beside its pixels; nothing, if it is in no known format.
  ///
  /// EXIF is as in the file: it still says how to turn the stored rows.
  public static func metadata(of bytes: [UInt8]) -> Metadata {
    ImageFormat(signatureOf: bytes).map { FileContents(bytes, $0).metadata } ?? Metadata()
  }

  /// "Exif" and two zeros.
  static let exifMark: [UInt8] = Array("Exif\0\0".utf8)
  /// JPEG's mark of XMP, and PNG's.
  static let xmpMark: [UInt8] = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
  static let xmpKeyword = "XML:com.adobe.xmp"
  static let profileMark: [UInt8] = Array("ICC_PROFILE\0".utf8)
}
