// Where files keep EXIF and XMP.

extension ImageFile {
  /// A file's EXIF as a TIFF structure, its XMP packet, and what they say of the orientation.
  struct EmbeddedMetadata {
    var exif: [UInt8]?
    var xmp: [UInt8]?

    /// - Parameter parts: those of the file.
    init(_ bytes: [UInt8], _ format: ImageFormat, _ parts: [Part]) {
      switch format {
      case .png: readPNG(bytes, parts)
      case .jpeg: readJPEG(bytes, parts)
      case .webP:
        exif = webPChunk("EXIF", flag: 0x08, bytes, parts)
        xmp = webPChunk("XMP ", flag: 0x04, bytes, parts)
      }
      // Some writers put JPEG's mark where none belongs, or twice.
      while exif?.starts(with: exifMark) == true { exif!.removeFirst(exifMark.count) }
    }

    /// In APP1 segments with a mark. Of EXIF that is too long for one, the next go on.
    private mutating func readJPEG(_ bytes: [UInt8], _ parts: [Part]) {
      for part in parts where part.kind == JPEGMarker.app1 {
        let data = bytes[part.data]
        if data.starts(with: exifMark) {
          exif = exif.map { $0 + data.dropFirst(exifMark.count) } ?? Array(data)
        } else if data.starts(with: xmpMark) {
          xmp = Array(data.dropFirst(xmpMark.count))
        }
      }
    }

    /// In the last `eXIf` chunk, or else in a text of ImageMagick's; XMP in a text of its own.
    private mutating func readPNG(_ bytes: [UInt8], _ parts: [Part]) {
      var raw: [UInt8]?
      for part in parts {
        if part.kind == code("eXIf") {
          exif = Array(bytes[part.data])
        } else if let text = PNGText(part, in: bytes, wanted: Self.isWanted) {
          switch text.keyword {
          case "XML:com.adobe.xmp": xmp = text.text
          case "Raw profile type exif": raw = text.rawProfile
          default:
            guard let data = text.rawProfile else { continue }
            if data.starts(with: xmpMark) { xmp = Array(data.dropFirst(xmpMark.count)) } else { raw = data }
          }
        }
      }
      exif = exif ?? raw
    }

    private static func isWanted(_ keyword: String) -> Bool {
      ["XML:com.adobe.xmp", "Raw profile type exif", "Raw profile type APP1"].contains(keyword)
    }

    /// That of EXIF, or else of XMP; upright if none is known.
    var orientation: Orientation {
      let exif = exif.flatMap(Exif.init)
      if let exif, exif.saysOrientation { return exif.orientation ?? .up }
      return xmp.flatMap(Orientation.init(xmp:)) ?? .up
    }
  }

  /// The first chunk of this kind, as libwebp's demultiplexer and so browsers and Pillow have it: where the file starts
  /// with `VP8X`, and that has the flag for it (WebP container specification).
  static func webPChunk(_ kind: StaticString, flag: UInt8, _ bytes: [UInt8], _ parts: [Part]) -> [UInt8]? {
    guard let start = parts.first, start.kind == code("VP8X"), let flags = bytes[start.data].first, flags & flag != 0
    else { return nil }
    return parts.first { $0.kind == code(kind) }.map { Array(bytes[$0.data]) }
  }

  /// "Exif" and two zeros.
  static let exifMark: [UInt8] = Array("Exif\0\0".utf8)
  private static let xmpMark: [UInt8] = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
}

extension Orientation {
  /// What an XMP packet says of it, as an attribute or an element of TIFF's name space.
  init?(xmp: [UInt8]) {
    let name = Array("tiff:Orientation".utf8)
    // The name starts at few places, but the packet may be long.
    for start in xmp.indices.dropLast(name.count) where xmp[start] == name[0] && xmp[start...].starts(with: name) {
      var rest = xmp[(start + name.count)...]
      guard rest.starts(with: "=\"".utf8) || rest.starts(with: ">".utf8) else { continue }
      rest = rest.dropFirst(rest.first == UInt8(ascii: ">") ? 1 : 2)
      guard let digit = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { continue }
      self.init(rawValue: Int(digit - UInt8(ascii: "0")))
      return
    }
    return nil
  }
}
