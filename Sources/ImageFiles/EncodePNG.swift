// Pixels to the bytes of a PNG file.

internal import U2NetCImageCodecs
internal import U2NetCZlib
import U2NetPlatform

extension Image where Sample == UInt8 {
  /// The image as a PNG file of 8 bits per sample.
  ///
  /// - Parameters:
  ///   - compression: from 0 (none) to 9 (smallest); see `ImageFile.defaultCompression`.
  ///   - metadata: what of it fits the channels goes into the file.
  ///   - threads: how many to use. The bytes are the same for any number.
  public func pngData(
    compression: Int = ImageFile.defaultCompression, metadata: Metadata = Metadata(), threads: Int = 1
  ) -> [UInt8] {
    png(self, compression, metadata, threads)
  }
}

extension Image where Sample == UInt16 {
  /// The image as a PNG file of 16 bits per sample.
  ///
  /// Parameters are those of `Image<UInt8>.pngData(compression:metadata:threads:)`.
  public func pngData(
    compression: Int = ImageFile.defaultCompression, metadata: Metadata = Metadata(), threads: Int = 1
  ) -> [UInt8] {
    png(self, compression, metadata, threads)
  }
}

extension ImageFile {
  /// How hard PNG files are compressed unless told otherwise.
  ///
  /// Level 1 is made for photographs, of which it packs runs only; the others are zlib's own.
  public static var defaultCompression: Int { 1 }
}

/// IDAT chunks of about half a megabyte of pixels each are made apart, in memory for three times that per thread; then
/// all are joined, in memory for twice the file.
private func png<Sample>(
  _ image: Image<Sample>, _ compression: Int, _ metadata: Metadata, _ threads: Int
) -> [UInt8] {
  precondition(0...9 ~= compression, "compression levels go from 0 to 9, \(compression) is none")
  precondition(threads > 0, "\(threads) threads cannot encode an image")
  let sampleSize = MemoryLayout<Sample>.size
  let rowSize = image.width * image.channels.rawValue * sampleSize + 1
  precondition(rowSize < 1 << 30 && image.height < 1 << 31, "\(image.width) x \(image.height) is too large for a PNG")
  let rowsPerBand = max(1, (1 << 19) / rowSize)
  let bandCount = image.height.dividedRoundingUp(by: rowsPerBand)

  var bands = [EncodedBand](repeating: EncodedBand(), count: bandCount)
  defer { for band in bands { cic_free(band.chunk) } }
  image.samples.withUnsafeBytes { samples in
    bands.withUnsafeMutableBufferPointer { bands in
      nonisolated(unsafe) let (pixels, bands) = (samples.baseAddress!, bands)
      concurrently(bandCount, atMost: threads) { band in
        let first = band * rowsPerBand
        let rows = min(rowsPerBand, image.height - first)
        var part = cic_png_band(
          pixels: pixels.assumingMemoryBound(to: UInt8.self), width: UInt32(image.width), first_row: UInt32(first),
          rows: UInt32(rows), channels: Int32(image.channels.rawValue), sample_bits: Int32(8 * sampleSize))
        let result = bands.baseAddress! + band
        result.pointee.filteredCount = rows * rowSize
        let status = cic_png_encode_band(
          &part, Int32(compression), &result.pointee.chunk, &result.pointee.count, &result.pointee.adler)
        // Only memory can be lacking, and then Swift would stop, too.
        precondition(status == CIC_OK, "not enough memory to encode \(image.width) x \(image.height) pixels")
      }
    }
  }

  let types: [Channels: UInt8] = [.gray: 0, .grayAlpha: 4, .rgb: 2, .rgba: 6]
  let header =
    UInt32(image.width).bigEndianBytes + UInt32(image.height).bigEndianBytes
    + [UInt8(8 * sampleSize), types[image.channels]!, 0, 0, 0]
  let start: [UInt8] =
    [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + PNGChunk("IHDR", header).bytes
    + metadata.fitting(image).pngChunks.flatMap(\.bytes)
  let adler = bands.reduce(1) { adler32_combine($0, uLong($1.adler), $1.filteredCount) }
  // The zlib stream's end: a last block that is empty, and the checksum of all.
  let end = PNGChunk("IDAT", [0x03, 0x00] + UInt32(adler).bigEndianBytes).bytes + PNGChunk("IEND", []).bytes
  let total = start.count + bands.reduce(0) { $0 + $1.count } + end.count
  return [UInt8](unsafeUninitializedCapacity: total) { buffer, count in
    func append(_ bytes: UnsafeRawBufferPointer) {
      UnsafeMutableRawBufferPointer(buffer).baseAddress!.advanced(by: count)
        .copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
      count += bytes.count
    }
    start.withUnsafeBytes(append)
    for band in bands { append(UnsafeRawBufferPointer(start: band.chunk, count: band.count)) }
    end.withUnsafeBytes(append)
  }
}

private struct EncodedBand {
  /// A whole IDAT chunk, from the C library.
  var chunk: UnsafeMutablePointer<UInt8>?
  var count = 0
  /// The checksum of the filtered rows, and how many bytes these have.
  var adler: UInt32 = 1
  var filteredCount = 0
}

extension PNGChunk {
  init(_ kind: StaticString, _ data: [UInt8]) { self.init(kind: ImageFile.code(kind), data: data) }

  /// With length and checksum.
  var bytes: [UInt8] {
    let body = kind.bigEndianBytes + data
    return UInt32(data.count).bigEndianBytes + body + UInt32(crc32(0, body, UInt32(body.count))).bigEndianBytes
  }
}

extension Metadata {
  /// The chunks between a PNG's header and its pixels.
  fileprivate var pngChunks: [PNGChunk] {
    var chunks: [PNGChunk] = []
    // First, where whoever looks for it alone has found it at once: neither compressed nor in a language.
    if let packet = creatorPacket {
      chunks.append(PNGChunk("iTXt", Array("\(ImageFile.xmpKeyword)\0\0\0\0\0".utf8) + packet))
    }
    if let profile, let compressed = deflated(profile) {
      chunks.append(PNGChunk("iCCP", Array("ICC profile\0\0".utf8) + compressed))
    }
    // Beside a profile, `sRGB` may not be.
    chunks += pngColors.filter { profile == nil || $0.kind != ImageFile.code("sRGB") }
    if let density {
      let perMetre = [density.horizontal, density.vertical].map { UInt32(($0 / PixelDensity.metresPerInch).rounded()) }
      chunks.append(PNGChunk("pHYs", perMetre.flatMap(\.bigEndianBytes) + [1]))
    }
    if density == nil, let aspect {
      chunks.append(PNGChunk("pHYs", [aspect.horizontal, aspect.vertical].flatMap { UInt32($0).bigEndianBytes } + [0]))
    }
    if let exif { chunks.append(PNGChunk("eXIf", exif)) }
    return chunks
  }

  private func deflated(_ bytes: [UInt8]) -> [UInt8]? {
    var count = compressBound(uLong(bytes.count))
    var result = [UInt8](repeating: 0, count: Int(count))
    guard compress2(&result, &count, bytes, uLong(bytes.count), 9) == Z_OK else { return nil }
    return Array(result[..<Int(count)])
  }
}
