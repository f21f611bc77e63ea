extension FileContents {
  /// Colours and density in chunks before the pixels; EXIF in the last `eXIf` chunk, or else in a text of ImageMagick's; XMP in a
  /// text of its own.
  mutating func readPNG(_ bytes: [UInt8], _ parts: [ImageFile.Part]) {
    var rawExif: [UInt8]?
    var isBeforePixels = true, isAnimated: Bool?
    for part in parts {
      let data = bytes[part.data]
      switch part.kind {
      case ImageFile.code("IDAT"): isBeforePixels = false
      case ImageFile.code("eXIf"): exif = Array(data)
      case ImageFile.code("acTL"): isAnimated = isAnimated ?? (data.bigEndian(0, bytes: 4) ?? 0 > 1)
      case ImageFile.code("IHDR"): if [0, 4].contains(data.bigEndian(9, bytes: 1)) { storedColors = "GRAY" }
      case ImageFile.code("iCCP") where isBeforePixels: (profile, hasProfile) = (Self.profile(data), true)
      case ImageFile.code("pHYs") where isBeforePixels:
        guard data.count == 9 else { continue }
        let (across, down) = (Double(data.bigEndian(0, bytes: 4)!), Double(data.bigEndian(4, bytes: 4)!))
        if data.last == 1 {  // per metre
          density = PixelDensity(across, down, perInch: PixelDensity.metresPerInch)
        } else if data.last == 0 {
          aspect = PixelAspect(across, down)
        }
        resolutionFault =
          data.last == 0
          ? PixelAspect.fault(across, down)
          : PixelDensity.fault(across, down, perInch: data.last == 1 ? PixelDensity.metresPerInch : nil)
      case ImageFile.code("cICP"), ImageFile.code("sRGB"), ImageFile.code("gAMA"), ImageFile.code("cHRM"):
        guard isBeforePixels, [1, 4, 32].contains(data.count) else { continue }
        pngColors.append(PNGChunk(kind: part.kind, data: Array(data)))
      default:
        let text = PNGText(part, in: bytes) { Self.isWanted($0, isBeforePixels) }
        guard let text else { continue }
        switch text.keyword {
        case ImageFile.xmpKeyword: xmp = text.text
        case "Raw profile type exif": rawExif = text.rawProfile
        case "Raw profile type APP1":
          guard let data = text.rawProfile else { continue }
          if data.starts(with: ImageFile.xmpMark) {
            xmp = Array(data.dropFirst(ImageFile.xmpMark.count))
          } else {
            rawExif = data
          }
        default: (profile, hasProfile) = (profile ?? text.rawProfile, true)
        }
      }
    }
    exif = exif ?? rawExif
    isAnimatedPNG = isAnimated ?? false
  }

  private static func isWanted(_ keyword: String, _ isBeforePixels: Bool) -> Bool {
    switch keyword {
    case ImageFile.xmpKeyword, "Raw profile type exif", "Raw profile type APP1": true
    case "Raw profile type icc", "Raw profile type icm": isBeforePixels
    default: false
    }
  }

  /// In an `iCCP` chunk: a name and its zero, 0 for zlib, and the zlib stream.
  private static func profile(_ chunk: ArraySlice<UInt8>) -> [UInt8]? {
    guard let nameEnd = chunk.firstIndex(of: 0), nameEnd + 2 < chunk.endIndex, chunk[nameEnd + 1] == 0 else {
      return nil
    }
    return inflated(chunk[(nameEnd + 2)...])
  }
}
