/// Formats of pictures that cannot be read here: what files of theirs are called, and how they begin. All that Pillow knows,
/// but for documents, videos and fields of numbers (PDF, PostScript, MPEG, HDF5, GRIB, BUFR); raw photos of all cameras; what else
/// lies in folders of pictures.
struct UnreadableFormat: Sendable {
  /// Bytes that a file has from an offset on.
  enum Signature: Sendable {
    case text(String, at: Int = 0)
    case bytes([UInt8], at: Int = 0)
  }

  let name: String
  let extensions: [String]
  private let signatures: [(bytes: [UInt8], offset: Int)]

  private init(_ name: String, _ extensions: String, _ signatures: Signature...) {
    self.name = name
    self.extensions = extensions.split(separator: " ").map(String.init)
    self.signatures = signatures.map {
      switch $0 {
      case .text(let text, let offset): (Array(text.utf8), offset)
      case .bytes(let bytes, let offset): (bytes, offset)
      }
    }
  }

  func matches(_ start: [UInt8]) -> Bool {
    signatures.contains { start.dropFirst($0.offset).starts(with: $0.bytes) }
  }

  /// Raw photos are before TIFF, which most of them begin like.
  static let all: [UnreadableFormat] = [
    UnreadableFormat(
      "raw photo",
      "3fr ari arw bay cap cr2 cr3 crw dcr dcs dng eip erf fff gpr iiq k25 kdc mef mos mrw nef nrw orf ori pef ptx r3d raf"
        + " raw rw2 rwl rwz sr2 srf srw x3f",
      .text("FUJIFILMCCD-RAW"), .text("IIU\0"), .text("IIRO"), .text("IIRS"), .text("MMOR"), .text("FOVb"),
      .text("HEAPCCDR", at: 6), .text("\0MRM"), .text("ARRI"), .text("II*\0\u{10}\0\0\0CR")),
    UnreadableFormat("HEIC", "heic heics heif heifs hif avci avcs"),
    UnreadableFormat("AVIF", "avif avifs"),
    UnreadableFormat("GIF", "gif", .text("GIF87a"), .text("GIF89a")),
    UnreadableFormat("JPEG XR", "jxr wdp hdp", .bytes([0x49, 0x49, 0xBC])),
    UnreadableFormat("TIFF", "tif tiff", .text("II*\0"), .text("MM\0*"), .text("II+\0"), .text("MM\0+")),
    UnreadableFormat("BMP", "bmp dib"),
    UnreadableFormat("JPEG XL", "jxl", .bytes([0xFF, 0x0A]), .text("\0\0\0\u{0C}JXL \r\n")),
    UnreadableFormat(
      "JPEG 2000", "jp2 j2k jpc jpf jpx j2c jpm jph jhc", .text("\0\0\0\u{0C}jP  "), .bytes([0xFF, 0x4F, 0xFF, 0x51])),
    UnreadableFormat("JPEG-LS", "jls"),
    UnreadableFormat("JBIG2", "jb2 jbig2", .bytes([0x97, 0x4A, 0x42, 0x32, 0x0D, 0x0A, 0x1A, 0x0A])),
    UnreadableFormat("MNG", "mng", .bytes([0x8A, 0x4D, 0x4E, 0x47])),
    UnreadableFormat("JNG", "jng", .bytes([0x8B, 0x4A, 0x4E, 0x47])),
    UnreadableFormat("FLIF", "flif", .text("FLIF")),
    UnreadableFormat("BPG", "bpg", .bytes([0x42, 0x50, 0x47, 0xFB])),
    UnreadableFormat("QOI", "qoi", .text("qoif")),
    UnreadableFormat("Photoshop", "psd psb pdd", .text("8BPS")),
    UnreadableFormat("GIMP", "xcf", .text("gimp xcf")),
    UnreadableFormat("GIMP brush", "gbr", .text("GIMP", at: 20)),
    UnreadableFormat("Krita", "kra", .text("application/x-krita", at: 38)),
    UnreadableFormat("OpenRaster", "ora", .text("image/openraster", at: 38)),
    UnreadableFormat("SVG", "svg svgz"),
    UnreadableFormat("EPS", "eps epsf epsi", .bytes([0xC5, 0xD0, 0xD3, 0xC6])),
    UnreadableFormat("Windows metafile", "wmf emf", .bytes([0xD7, 0xCD, 0xC6, 0x9A]), .text(" EMF", at: 40)),
    UnreadableFormat("icon", "ico cur icns", .text("icns")),
    UnreadableFormat("Targa", "tga icb vda vst"),
    UnreadableFormat("PCX", "pcx dcx", .bytes([0xB1, 0x68, 0xDE, 0x3A])),
    UnreadableFormat("SGI", "sgi bw rgb rgba"),
    UnreadableFormat("IM", "im", .text("Image type: ")),
    UnreadableFormat("OpenEXR", "exr", .bytes([0x76, 0x2F, 0x31, 0x01])),
    UnreadableFormat("Radiance", "hdr", .text("#?RADIANCE"), .text("#?RGBE")),
    UnreadableFormat("DPX", "dpx", .text("SDPX"), .text("XPDS")),
    UnreadableFormat("Cineon", "cin", .bytes([0x80, 0x2A, 0x5F, 0xD7])),
    UnreadableFormat("DDS", "dds", .text("DDS ")),
    UnreadableFormat("KTX", "ktx ktx2", .bytes([0xAB, 0x4B, 0x54, 0x58, 0x20])),
    UnreadableFormat("ASTC", "astc", .bytes([0x13, 0xAB, 0xA1, 0x5C])),
    UnreadableFormat("BLP", "blp", .text("BLP1"), .text("BLP2")),
    UnreadableFormat("FTEX", "ftc ftu", .text("FTEX")),
    UnreadableFormat("FLI", "fli flc", .bytes([0x11, 0xAF], at: 4), .bytes([0x12, 0xAF], at: 4)),
    UnreadableFormat("Netpbm", "ppm pgm pbm pnm pam pfm"),
    UnreadableFormat("FITS", "fits fit", .text("SIMPLE  =")),
    UnreadableFormat("DICOM", "dcm dicom", .text("DICM", at: 128)),
    UnreadableFormat("DjVu", "djvu djv", .text("AT&TFORM")),
    UnreadableFormat("ILBM", "iff ilbm lbm", .text("ILBM", at: 8), .text("PBM ", at: 8)),
    UnreadableFormat("FlashPix", "fpx mic"),
    UnreadableFormat("Photo CD", "pcd"),
    UnreadableFormat("IPTC", "iim"),
    UnreadableFormat("McIDAS", "", .bytes([0, 0, 0, 0, 0, 0, 0, 4])),
    UnreadableFormat("MS Paint", "msp", .text("DanM"), .text("LinS")),
    UnreadableFormat("Palm", "palm"),
    UnreadableFormat("Pixar", "pxr", .bytes([0x80, 0xE8, 0, 0])),
    UnreadableFormat("Spider", "spi spider"),
    UnreadableFormat("Sun raster", "ras", .bytes([0x59, 0xA6, 0x6A, 0x95])),
    UnreadableFormat("X bitmap", "xbm"),
    UnreadableFormat("X pixmap", "xpm", .text("/* XPM */")),
  ]
}
