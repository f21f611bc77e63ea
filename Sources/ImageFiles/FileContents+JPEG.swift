extension FileContents {
  /// JFIF in APP0, EXIF and XMP in APP1 and the profile in APP2, each behind a mark.
  mutating func readJPEG(_ bytes: [UInt8], _ parts: [ImageFile.Part]) {
    var profileParts: [ArraySlice<UInt8>] = []
    var hasJFIF = false
    for part in parts {
      let data = bytes[part.data]
      switch part.kind {
      case JPEGMarker.app0 where !hasJFIF: hasJFIF = readJFIF(data)
      case JPEGMarker.app1 where data.starts(with: ImageFile.exifMark):
        // Of EXIF that is too long for one segment, the next go on.
        exif = exif.map { $0 + data.dropFirst(ImageFile.exifMark.count) } ?? Array(data)
      case JPEGMarker.app1 where data.starts(with: ImageFile.xmpMark):
        xmp = Array(data.dropFirst(ImageFile.xmpMark.count))
      case JPEGMarker.app2 where data.starts(with: ImageFile.profileMark): profileParts.append(data)
      // SOF, of which DHT, JPG and DAC are none (ISO 10918-1, table B.1).
      case 0xFFC0...0xFFCF where ![0xFFC4, 0xFFC8, 0xFFCC].contains(part.kind):
        storedColors = [1: "GRAY", 4: "CMYK"][data.bigEndian(5, bytes: 1) ?? 0] ?? "RGB "
      default: break
      }
    }
    profileParts.removeAll { $0.count < ImageFile.profileMark.count + 2 }
    (profile, hasProfile) = (Self.profile(profileParts), !profileParts.isEmpty)
  }

  /// Mark (5 bytes), version (2), unit (1), density across (2) and down (2).
  /// - Returns: whether it is JFIF.
  private mutating func readJFIF(_ data: ArraySlice<UInt8>) -> Bool {
    guard data.starts(with: "JFIF\0".utf8), let unit = data.bigEndian(7, bytes: 1),
      let across = data.bigEndian(8, bytes: 2), let down = data.bigEndian(10, bytes: 2)
    else { return false }
    let perInch = [1: 1, 2: PixelDensity.centimetresPerInch][unit]
    density = perInch.flatMap { PixelDensity(Double(across), Double(down), perInch: $0) }
    if unit == 0 { aspect = PixelAspect(Double(across), Double(down)) }
    resolutionFault =
      unit == 0
      ? PixelAspect.fault(Double(across), Double(down))
      : PixelDensity.fault(Double(across), Double(down), perInch: perInch)
    return true
  }

  /// ICC.1, B.4: mark, number of the part from 1, how many parts there are, data.
  private static func profile(_ segments: [ArraySlice<UInt8>]) -> [UInt8]? {
    let parts = segments.map {
      (number: Int($0[$0.startIndex + 12]), count: Int($0[$0.startIndex + 13]), data: $0.dropFirst(14))
    }
    .sorted { $0.number < $1.number }
    guard !parts.isEmpty, parts.map(\.number).elementsEqual(1...parts.count),
      parts.allSatisfy({ $0.count == parts.count })
    else { return nil }
    return parts.flatMap(\.data)
  }
}
