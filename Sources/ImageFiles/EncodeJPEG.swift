// Pixels to the bytes of a JPEG file.

internal import U2NetCImageCodecs

extension Image where Sample == UInt8 {
  /// The image, which must have no alpha, as a baseline JPEG file.
  ///
  /// - Parameters:
  ///   - quality: from 1 to 100, on libjpeg's scale. From 90 on, colours are kept at the full resolution.
  ///   - metadata: what of it fits the channels, and JPEG's segments, goes into the file.
  ///   - source: the file's name, for error messages.
  /// - Throws: `unwritable` if a side is longer than 65500 pixels, `outOfMemory`.
  public func jpegData(
    quality: Int = 92, metadata: Metadata = Metadata(), source: String
  ) throws(ImageError) -> [UInt8] {
    precondition(!channels.hasAlpha, "a JPEG cannot hold alpha: put the image on a background first")
    precondition(1...100 ~= quality, "JPEG qualities go from 1 to 100, \(quality) is none")
    let metadata = metadata.withProfileOfPNG(for: channels).fitting(self)
    let density = metadata.density.flatMap(\.inSixteenBits)
    let (across, down) = density ?? (metadata.density == nil ? metadata.aspect?.inSixteenBits : nil) ?? (0, 0)
    let segments = metadata.jpegSegments
    return try encoded(source: source, width: width, height: height, free: cic_free) { out, count, message in
      segments.withUnsafeBufferPointer { segments in
        var options = cic_jpeg_options(
          quality: Int32(quality), density_x: across, density_y: down, is_per_inch: density == nil ? 0 : 1,
          segments: segments.baseAddress, segments_count: segments.count)
        return cic_jpeg_encode(
          samples, UInt32(width), UInt32(height), Int32(channels.rawValue), &options, out, count, message)
      }
    }
  }
}

extension Metadata {
  /// A segment's length counts itself and takes two bytes.
  private static var largestSegment: Int { 65_533 }
  static var longestJPEGExif: Int { largestSegment - ImageFile.exifMark.count }
  /// Each part of a profile has its number and how many there are, of which a byte has 255.
  private static var profilePart: Int { largestSegment - ImageFile.profileMark.count - 2 }
  static var longestJPEGProfile: Int { 255 * profilePart }

  /// Segments for EXIF, the creator and the profile. What is too long for them is left out.
  fileprivate var jpegSegments: [UInt8] {
    func segment(_ marker: UInt32, _ data: [UInt8]) -> [UInt8] {
      UInt16(marker).bigEndianBytes + UInt16(data.count + 2).bigEndianBytes + data
    }
    var segments: [UInt8] = []
    let exifMark = ImageFile.exifMark
    if let exif, exif.count <= Self.longestJPEGExif {
      segments += segment(JPEGMarker.app1, exifMark + exif)
    }
    if let packet = creatorPacket { segments += segment(JPEGMarker.app1, ImageFile.xmpMark + packet) }
    if let profile {
      let mark = ImageFile.profileMark
      let size = Self.profilePart
      let count = profile.count.dividedRoundingUp(by: size)
      if profile.count <= Self.longestJPEGProfile {
        for part in 0..<count {
          let data = profile[part * size..<min((part + 1) * size, profile.count)]
          segments += segment(JPEGMarker.app2, mark + [UInt8(part + 1), UInt8(count)] + data)
        }
      }
    }
    return segments
  }
}
