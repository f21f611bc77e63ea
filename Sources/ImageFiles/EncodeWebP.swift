// Pixels to the bytes of a WebP file.

internal import U2NetCImageCodecs

/// How a WebP holds its colours.
public enum WebPCompression: Equatable, Sendable {
  /// 0 (small) to 100 (good).
  case lossy(quality: Int)
  /// To the bit.
  case lossless
}

extension Image where Sample == UInt8 {
  /// The image as a WebP file of RGB or RGBA: WebP has no grey.
  ///
  /// - Parameters:
  ///   - compression: with loss or without, and how hard.
  ///   - metadata: what of it fits RGB goes into the file; the density as a part of EXIF, which is made if there is
  ///     none.
  ///   - keepsHiddenColors: whether lossless pixels keep their colours where they are fully transparent, too; the
  ///     file is smaller without them.
  ///   - threads: how many to use; two at most are of use. The bytes are the same for any number.
  ///   - source: the file's name, for error messages.
  /// - Throws: `unwritable` if a side is longer than 16383 pixels, `outOfMemory`.
  public func webPData(
    _ compression: WebPCompression = .lossy(quality: 85), metadata: Metadata = Metadata(),
    keepsHiddenColors: Bool = false, threads: Int = 1, source: String
  ) throws(ImageError) -> [UInt8] {
    if channels.opaque == .gray {
      let colored = alpha.map(withAlpha) ?? rgb
      return try colored.webPData(
        compression, metadata: metadata, keepsHiddenColors: keepsHiddenColors, threads: threads, source: source)
    }
    var options = cic_webp_options()
    switch compression {
    case .lossy(let quality):
      precondition(0...100 ~= quality, "WebP qualities go from 0 to 100, \(quality) is none")
      options.quality = Float(quality)
      options.method = 4
    case .lossless:
      // More effort (quality 75, method 4) takes twice as long for 4% less, none a fifth of the time for 30% more.
      options.lossless = 1
      options.quality = 20
      options.method = 1
    }
    options.exact = keepsHiddenColors ? 1 : 0
    options.threads = Int32(threads)
    let file = try encoded(source: source, width: width, height: height, free: cic_webp_free) { out, count, message in
      cic_webp_encode(
        samples, UInt32(width), UInt32(height), Int32(channels.rawValue), &options, out, count, message)
    }
    return metadata.withProfileOfPNG(for: .rgb).fitting(self).added(
      toWebP: file, try ImageFile.header(of: file, source: source, pixelLimit: .max))
  }
}

extension Metadata {
  /// The file in the extended format (WebP container specification): `VP8X` with flags and size, the profile, the
  /// chunks with the picture, EXIF, XMP.
  fileprivate func added(toWebP file: [UInt8], _ header: ImageHeader) -> [UInt8] {
    var exif = exif
    if let density {
      let old = exif.flatMap(Exif.init)
      if old?.density != density {
        exif = (old ?? Exif()).with(density).fitting(width: header.width, height: header.height)?.bytes
      }
    } else if let aspect {
      let old = exif.flatMap(Exif.init)
      if old?.aspect != aspect {
        exif = (old ?? Exif()).with(aspect).fitting(width: header.width, height: header.height)?.bytes
      }
    }
    let packet = creatorPacket
    if profile == nil && exif == nil && packet == nil { return file }

    func chunk(_ kind: UInt32, _ data: some Collection<UInt8>) -> [UInt8] {
      kind.bigEndianBytes + UInt32(data.count).littleEndianBytes + data + (data.count % 2 == 1 ? [0] : [])
    }
    var flags: UInt8 = header.channels.hasAlpha ? 0x10 : 0
    if profile != nil { flags |= 0x20 }
    if exif != nil { flags |= 0x08 }
    if packet != nil { flags |= 0x04 }
    let size = [header.width - 1, header.height - 1].flatMap { $0.littleEndianBytes.prefix(3) }
    var chunks = Array("WEBP".utf8) + chunk(ImageFile.code("VP8X"), [flags, 0, 0, 0] + size)
    if let profile { chunks += chunk(ImageFile.code("ICCP"), profile) }
    for part in ImageFile.parts(of: file, .webP) where part.kind != ImageFile.code("VP8X") {
      chunks += chunk(part.kind, file[part.data])
    }
    if let exif { chunks += chunk(ImageFile.code("EXIF"), exif) }
    if let packet { chunks += chunk(ImageFile.code("XMP "), packet) }
    return "RIFF".utf8 + UInt32(chunks.count).littleEndianBytes + chunks
  }
}
