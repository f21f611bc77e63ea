// Metadata out of files. What is damaged counts as not there: a picture without its density is better than none.

extension ImageFile {
  /// What a picture's file says beside its pixels; nothing, if it is in no known format.
  ///
  /// EXIF is as in the file: it still says how to turn the stored rows.
  public static func metadata(of bytes: [UInt8]) -> Metadata {
    guard let format = ImageFormat(signatureOf: bytes) else { return Metadata() }
    let parts = parts(of: bytes, format)
    var metadata: Metadata
    switch format {
    case .png: metadata = pngMetadata(bytes, parts)
    case .jpeg: metadata = jpegMetadata(bytes, parts)
    case .webP:
      metadata = Metadata(profile: parts.first { $0.kind == code("ICCP") }.map { Array(bytes[$0.data]) })
    }
    metadata.exif = EmbeddedMetadata(bytes, format, parts).exif
    // Cameras give the density in EXIF only, and WebP has no other place for it.
    if metadata.density == nil { metadata.density = metadata.exif.flatMap(Exif.init)?.density }
    return metadata
  }

  private static func pngMetadata(_ bytes: [UInt8], _ parts: [Part]) -> Metadata {
    var metadata = Metadata()
    for part in parts {
      let data = bytes[part.data]
      switch part.kind {
      case code("iCCP"): metadata.profile = profile(inPNG: data)
      case code("pHYs"):
        guard data.count == 9, data.last == 1 else { continue }  // 1: per metre
        metadata.density = PixelDensity(
          Double(data.bigEndian(0, bytes: 4)!), Double(data.bigEndian(4, bytes: 4)!),
          perInch: PixelDensity.metresPerInch)
      case code("sRGB"), code("gAMA"), code("cHRM"):
        guard [1, 4, 32].contains(data.count) else { continue }
        metadata.pngColors.append(PNGChunk(kind: part.kind, data: Array(data)))
      case code("IDAT"): return metadata  // all of these come before the pixels
      default:
        // ImageMagick's place for it.
        let text = PNGText(part, in: bytes) { ["Raw profile type icc", "Raw profile type icm"].contains($0) }
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
      break
    }
    metadata.profile = profile(inJPEG: bytes, parts)
    return metadata
  }

  /// The profile in APP2 segments (ICC.1, B.4): mark, number of the part from 1, how many parts there are.
  static func profile(inJPEG bytes: [UInt8], _ parts: [Part]) -> [UInt8]? {
    let segments = parts.filter { $0.kind == JPEGMarker.app2 }.map { bytes[$0.data] }
      .filter { $0.starts(with: profileMark) && $0.count >= profileMark.count + 2 }
    let parts = segments.map {
      (number: Int($0[$0.startIndex + 12]), count: Int($0[$0.startIndex + 13]), data: $0.dropFirst(14))
    }
    .sorted { $0.number < $1.number }
    guard !parts.isEmpty, parts.map(\.number).elementsEqual(1...parts.count),
      parts.allSatisfy({ $0.count == parts.count })
    else { return nil }
    return parts.flatMap(\.data)
  }

  static let profileMark: [UInt8] = Array("ICC_PROFILE\0".utf8)
}
