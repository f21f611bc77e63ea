// Metadata out of files. What is damaged counts as not there: a picture without its density is better than none.

internal import U2NetCImageCodecs

extension ImageFile {
  /// What a picture's file says beside its pixels; nothing, if it is in no known format.
  ///
  /// All is as in the file: EXIF still says how to turn the stored rows, density and aspect are along them, and the profile
  /// may be of no use.
  public static func metadata(of bytes: [UInt8]) -> Metadata {
    guard let format = ImageFormat(signatureOf: bytes) else { return Metadata() }
    return metadata(of: bytes, format, parts(of: bytes, format))
  }

  /// As `metadata(of:)`, but only what is of use to other files: without a colour profile that cannot be read or is of
  /// other colours than the picture, and without EXIF that cannot be read.
  /// - Parameter remark: told of what is left out.
  public static func usableMetadata(of bytes: [UInt8], remark: (String) -> Void) -> Metadata {
    guard let format = ImageFormat(signatureOf: bytes) else { return Metadata() }
    let parts = parts(of: bytes, format)
    var metadata = metadata(of: bytes, format, parts)
    if let fault = faultOfProfile(metadata.profile, bytes, parts) {
      metadata.profile = nil
      remark("its colour profile \(fault) and is left out")
    }
    if let exif = metadata.exif, !exif.isEmpty, Exif(exif)?.fitting(width: 1, height: 1) == nil {
      metadata.exif = nil
      remark("its EXIF cannot be read and is left out")
    }
    return metadata
  }

  /// What is wrong with a file's profile, if that is not nothing.
  private static func faultOfProfile(_ profile: [UInt8]?, _ bytes: [UInt8], _ parts: [Part]) -> String? {
    guard let profile else {
      let isThere = parts.prefix { $0.kind != code("IDAT") }.contains { part in
        part.kind == code("iCCP") || isPart(ofProfile: part, in: bytes)
          || PNGText(part, in: bytes, wanted: rawProfileNames.contains) != nil
      }
      return isThere ? "cannot be read" : nil
    }
    // ICC.1, 7.2.6.
    let space = String(decoding: profile.dropFirst(16).prefix(4), as: UTF8.self), stored = storedColors(bytes, parts)
    // Inks become sRGB when the file is decoded, which says whether the profile can be read.
    if stored == "CMYK" && space == stored { return nil }
    guard profile.count >= 128, cic_is_profile(profile, profile.count) != 0 else { return "cannot be read" }
    // Grey is a colour, too.
    if space == stored || stored == "GRAY" && space == "RGB " { return nil }
    func name(_ space: String) -> String { space == "GRAY" ? "grey" : String(space.prefix { $0 != " " }) }
    return "is for \(name(space)), not for \(name(stored)),"
  }

  /// What the samples of a file are, in the names that profiles have for it.
  private static func storedColors(_ bytes: [UInt8], _ parts: [Part]) -> String {
    for part in parts {
      let data = bytes[part.data]
      switch part.kind {
      case code("IHDR"): return [0, 4].contains(data.bigEndian(9, bytes: 1)) ? "GRAY" : "RGB "
      // SOF, of which DHT, JPG and DAC are none (ISO 10918-1, table B.1).
      case 0xFFC0...0xFFCF where ![0xFFC4, 0xFFC8, 0xFFCC].contains(part.kind):
        return [1: "GRAY", 4: "CMYK"][data.bigEndian(5, bytes: 1) ?? 0] ?? "RGB "
      default: continue
      }
    }
    return "RGB "
  }

  private static func metadata(of bytes: [UInt8], _ format: ImageFormat, _ parts: [Part]) -> Metadata {
    var metadata: Metadata
    switch format {
    case .png: metadata = pngMetadata(bytes, parts)
    case .jpeg: metadata = jpegMetadata(bytes, parts)
    case .webP:
      metadata = Metadata(profile: webPChunk("ICCP", flag: 0x20, bytes, parts))
    }
    let embedded = EmbeddedMetadata(bytes, format, parts)
    (metadata.exif, metadata.orientation) = (embedded.exif, embedded.orientation)
    // Cameras give the density in EXIF only, and WebP has no other place for it.
    if metadata.density == nil, metadata.aspect == nil, let exif = metadata.exif.flatMap(Exif.init) {
      (metadata.density, metadata.aspect) = (exif.density, exif.aspect)
    }
    return metadata
  }

  private static func pngMetadata(_ bytes: [UInt8], _ parts: [Part]) -> Metadata {
    var metadata = Metadata()
    for part in parts {
      let data = bytes[part.data]
      switch part.kind {
      case code("iCCP"): metadata.profile = profile(inPNG: data)
      case code("pHYs"):
        guard data.count == 9 else { continue }
        let (across, down) = (Double(data.bigEndian(0, bytes: 4)!), Double(data.bigEndian(4, bytes: 4)!))
        if data.last == 1 {  // per metre
          metadata.density = PixelDensity(across, down, perInch: PixelDensity.metresPerInch)
        } else if data.last == 0 {
          metadata.aspect = PixelAspect(across, down)
        }
      case code("sRGB"), code("gAMA"), code("cHRM"):
        guard [1, 4, 32].contains(data.count) else { continue }
        metadata.pngColors.append(PNGChunk(kind: part.kind, data: Array(data)))
      case code("IDAT"): return metadata  // all of these come before the pixels
      default:
        // ImageMagick's place for it.
        let text = PNGText(part, in: bytes, wanted: rawProfileNames.contains)
        metadata.profile = metadata.profile ?? text?.rawProfile
      }
    }
    return metadata
  }

  /// The profile in an `iCCP` chunk: a name and its zero, 0 for zlib, and the zlib stream.
  private static func profile(inPNG chunk: ArraySlice<UInt8>) -> [UInt8]? {
    guard let nameEnd = chunk.firstIndex(of: 0), nameEnd + 2 < chunk.endIndex, chunk[nameEnd + 1] == 0 else {
      return nil
    }
    return inflated(chunk[(nameEnd + 2)...])
  }

  private static func jpegMetadata(_ bytes: [UInt8], _ parts: [Part]) -> Metadata {
    var metadata = Metadata()
    for part in parts where part.kind == JPEGMarker.app0 {
      let data = bytes[part.data]
      // JFIF: mark (5 bytes), version (2), unit (1), density across (2) and down (2).
      guard data.starts(with: "JFIF\0".utf8), let unit = data.bigEndian(7, bytes: 1),
        let across = data.bigEndian(8, bytes: 2), let down = data.bigEndian(10, bytes: 2)
      else { continue }
      let perInch = [1: 1, 2: PixelDensity.centimetresPerInch][unit]
      metadata.density = perInch.flatMap { PixelDensity(Double(across), Double(down), perInch: $0) }
      if unit == 0 { metadata.aspect = PixelAspect(Double(across), Double(down)) }
      break
    }
    metadata.profile = profile(inJPEG: bytes, parts)
    return metadata
  }

  /// The profile in APP2 segments (ICC.1, B.4): mark, number of the part from 1, how many parts there are.
  static func profile(inJPEG bytes: [UInt8], _ parts: [Part]) -> [UInt8]? {
    let segments = parts.filter { isPart(ofProfile: $0, in: bytes) }.map { bytes[$0.data] }
    let parts = segments.map {
      (number: Int($0[$0.startIndex + 12]), count: Int($0[$0.startIndex + 13]), data: $0.dropFirst(14))
    }
    .sorted { $0.number < $1.number }
    guard !parts.isEmpty, parts.map(\.number).elementsEqual(1...parts.count),
      parts.allSatisfy({ $0.count == parts.count })
    else { return nil }
    return parts.flatMap(\.data)
  }

  private static func isPart(ofProfile part: Part, in bytes: [UInt8]) -> Bool {
    part.kind == JPEGMarker.app2 && bytes[part.data].starts(with: profileMark)
      && part.data.count >= profileMark.count + 2
  }

  private static let rawProfileNames: Set = ["Raw profile type icc", "Raw profile type icm"]
  static let profileMark: [UInt8] = Array("ICC_PROFILE\0".utf8)
}
