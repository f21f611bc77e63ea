/// What a file is, as far as its first bytes or its name tell.
package enum PictureKind: Equatable, Sendable {
  case readable(ImageFormat)
  /// A picture in a format, called by its name, that cannot be read here.
  case unreadable(String)

  /// How many first bytes of a file tell its kind.
  package static let signatureLength = 64

  /// - Returns: nil for what is no picture, or none that its bytes tell.
  package init?(start: [UInt8]) {
    if let format = ImageFormat(signatureOf: start) {
      self = .readable(format)
    } else if let name = Self.name(start) {
      self = .unreadable(name)
    } else {
      return nil
    }
  }

  /// - Parameter fileExtension: in lower case, without the dot.
  /// - Returns: nil for what is no picture by its name.
  package init?(fileExtension: String) {
    if let format = Self.readable[fileExtension] {
      self = .readable(format)
    } else if let name = Self.unreadable[fileExtension] {
      self = .unreadable(name)
    } else {
      return nil
    }
  }

  private static let readable: [String: ImageFormat] = [
    "jpg": .jpeg, "jpeg": .jpeg, "jpe": .jpeg, "jfif": .jpeg, "jif": .jpeg, "mpo": .jpeg, "png": .png, "apng": .png,
    "webp": .webP,
  ]

  private static let unreadable: [String: String] = {
    let extensions: [(String, [String])] = [
      ("HEIC", ["heic", "heif", "hif"]), ("AVIF", ["avif"]), ("GIF", ["gif"]), ("TIFF", ["tif", "tiff"]),
      ("BMP", ["bmp", "dib"]), ("JPEG XL", ["jxl"]), ("JPEG 2000", ["jp2", "j2k", "jpf", "jpx", "j2c"]),
      ("JPEG XR", ["jxr", "wdp", "hdp"]), ("Photoshop", ["psd", "psb"]), ("GIMP", ["xcf"]), ("SVG", ["svg", "svgz"]),
      ("icon", ["ico", "cur", "icns"]), ("Targa", ["tga"]), ("PCX", ["pcx"]), ("OpenEXR", ["exr"]),
      ("Radiance", ["hdr"]),
      ("DDS", ["dds"]), ("QOI", ["qoi"]), ("Netpbm", ["ppm", "pgm", "pbm", "pnm", "pam", "pfm"]),
      (
        "raw photo",
        [
          "dng", "cr2", "cr3", "crw", "nef", "nrw", "arw", "srf", "sr2", "raf", "orf", "rw2", "pef", "srw", "x3f",
          "3fr",
          "iiq", "rwl", "erf", "mrw", "kdc", "dcr",
        ]
      ),
    ]
    return Dictionary(uniqueKeysWithValues: extensions.flatMap { name, all in all.map { ($0, name) } })
  }()

  /// The format that a file which cannot be read has.
  private static func name(_ start: [UInt8]) -> String? {
    func has(_ bytes: [UInt8], at offset: Int = 0) -> Bool { start.dropFirst(offset).starts(with: bytes) }
    func has(_ text: String, at offset: Int = 0) -> Bool { has(Array(text.utf8), at: offset) }
    if has("GIF87a") || has("GIF89a") { return "GIF" }
    if has("FUJIFILMCCD-RAW") || has("IIU\0") || has("IIRO") || has("IIRS") || has("FOVb") || has("HEAPCCDR", at: 6) {
      return "raw photo"
    }
    if has([0x49, 0x49, 0xBC]) { return "JPEG XR" }
    if has("II*\0") || has("MM\0*") || has("II+\0") || has("MM\0+") { return has("CR", at: 8) ? "raw photo" : "TIFF" }
    if has("8BPS") { return "Photoshop" }
    if has("gimp xcf") { return "GIMP" }
    if has([0xFF, 0x0A]) || has([0, 0, 0, 12] + "JXL \r\n".utf8) { return "JPEG XL" }
    if has([0, 0, 0, 12] + "jP  ".utf8) || has([0xFF, 0x4F, 0xFF, 0x51]) { return "JPEG 2000" }
    if has("qoif") { return "QOI" }
    if has("DDS ") { return "DDS" }
    if has("icns") { return "icon" }
    if has([0x76, 0x2F, 0x31, 0x01]) { return "OpenEXR" }
    if has("#?RADIANCE") || has("#?RGBE") { return "Radiance" }
    if has("<svg") || has("<?xml") && String(decoding: start, as: UTF8.self).contains("<svg") { return "SVG" }
    return container(start) ?? bitmap(start) ?? netpbm(start)
  }

  /// ISO's container, by its brands: of videos, too, which are none of our business.
  private static func container(_ start: [UInt8]) -> String? {
    guard start.count >= 12, start[4..<8].elementsEqual("ftyp".utf8) else { return nil }
    let length = Int(start[2]) << 8 | Int(start[3])
    let brands = [8] + stride(from: 16, to: max(16, min(length, start.count - 3)), by: 4)
    for at in brands {
      switch String(decoding: start[at..<at + 4], as: UTF8.self) {
      case "avif", "avis": return "AVIF"
      case "heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "msf1", "mif2":
        // AVIF's first brand may be the general one.
        let all = brands.map { String(decoding: start[$0..<$0 + 4], as: UTF8.self) }
        return all.contains("avif") ? "AVIF" : "HEIC"
      case "crx ": return "raw photo"
      case "jxl ": return "JPEG XL"
      default: continue
      }
    }
    return nil
  }

  /// Two letters begin many texts, too: BMP must have a header of a size that there is.
  private static func bitmap(_ start: [UInt8]) -> String? {
    guard start.count >= 18, start.starts(with: "BM".utf8) else { return nil }
    return [12, 16, 40, 52, 56, 64, 108, 124].contains(start[14]) && start[15..<18].allSatisfy { $0 == 0 } ? "BMP" : nil
  }

  /// "P6" and its sisters, with a size after it.
  private static func netpbm(_ start: [UInt8]) -> String? {
    guard start.count >= 4, start[0] == UInt8(ascii: "P"), "1234567".utf8.contains(start[1]),
      "\n\r\t ".utf8.contains(start[2]), "0123456789#".utf8.contains(start[3]) || start[1] == UInt8(ascii: "7")
    else { return nil }
    return "Netpbm"
  }
}
