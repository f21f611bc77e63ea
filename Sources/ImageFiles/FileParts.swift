// The parts that a picture's file is made of, found by their lengths and marks alone, so that any bytes at all are safe.

internal import U2NetCZlib

extension ImageFile {
  /// A chunk of a PNG or WebP, or a segment of a JPEG up to its first scan.
  struct Part {
    /// The chunk's four letters, or the segment's marker.
    let kind: UInt32
    /// Where the bytes of the file are that it holds.
    let data: Range<Int>
  }

  /// The parts in order, as far as they are whole; of a PNG without those beside the pixels whose checksum is wrong.
  static func parts(of bytes: [UInt8], _ format: ImageFormat) -> [Part] {
    switch format {
    case .png: pngParts(bytes)
    case .jpeg: jpegParts(bytes)
    case .webP: webPParts(bytes)
    }
  }

  /// Signature (8 bytes), then chunks: length of the data (4), kind (4), data, checksum (4).
  private static func pngParts(_ bytes: [UInt8]) -> [Part] {
    var parts: [Part] = []
    var at = 8
    while let length = bytes.bigEndian(at, bytes: 4), let kind = bytes.bigEndian(at + 4, bytes: 4),
      bytes.count - at - 8 >= length, kind != Int(code("IEND"))
    {
      let end = at + 8 + length
      // The bit that tells small letters from capitals: a chunk that decoders may leave out.
      let isAncillary = kind & 0x2000_0000 != 0
      if !isAncillary || bytes.bigEndian(end, bytes: 4) == checksum(bytes, at + 4..<end) {
        parts.append(Part(kind: UInt32(kind), data: at + 8..<end))
      }
      at = end + 4
    }
    return parts
  }

  private static func checksum(_ bytes: [UInt8], _ range: Range<Int>) -> Int {
    bytes.withUnsafeBufferPointer { Int(crc32_z(0, $0.baseAddress! + range.lowerBound, range.count)) }
  }

  /// Start marker (2 bytes), then segments: marker (2), length of the rest with itself (2), data. From the first scan (DA)
  /// on, entropy-coded data follows. As libjpeg does, this skips what stands between segments: bytes that are no marker,
  /// bytes FF that fill up, FF 00, and markers that stand alone (01, D0 to D7).
  private static func jpegParts(_ bytes: [UInt8]) -> [Part] {
    var parts: [Part] = []
    var at = 2
    while at < bytes.count {
      guard bytes[at] == 0xFF else {
        at += 1
        continue
      }
      while at < bytes.count, bytes[at] == 0xFF { at += 1 }
      guard at < bytes.count else { break }
      let marker = bytes[at]
      at += 1
      if marker <= 0x01 || 0xD0...0xD7 ~= marker { continue }
      guard marker != 0xD8, marker != 0xD9, marker != 0xDA, let length = bytes.bigEndian(at, bytes: 2), length >= 2,
        bytes.count - at >= length
      else { break }
      parts.append(Part(kind: 0xFF00 | UInt32(marker), data: at + 2..<at + length))
      at += length
    }
    return parts
  }

  /// "RIFF", length of the rest (4 bytes, the lowest first), "WEBP", then chunks: kind (4), length of the data (4), data,
  /// and a byte more if the length is odd.
  private static func webPParts(_ bytes: [UInt8]) -> [Part] {
    var parts: [Part] = []
    var at = 12
    // What follows the file that the length is of is no part of it.
    let end = bytes.littleEndian(4, bytes: 4).map { min(bytes.count, 8 + $0) } ?? 0
    while let kind = bytes.bigEndian(at, bytes: 4), let length = bytes.littleEndian(at + 4, bytes: 4),
      end - at - 8 >= length
    {
      parts.append(Part(kind: UInt32(kind), data: at + 8..<at + 8 + length))
      at += 8 + length + length % 2
    }
    return parts
  }

  /// A WebP that ends before it says it does, but after its picture, as a whole file of what is there.
  /// - Returns: nil if the picture is not whole.
  static func completed(webP bytes: [UInt8]) -> [UInt8]? {
    let pictures = [code("VP8 "), code("VP8L"), code("ANMF")]
    let parts = webPParts(bytes)
    guard parts.contains(where: { pictures.contains($0.kind) }) else { return nil }
    var whole = Array(bytes[..<parts.last!.data.upperBound])
    if whole.count % 2 == 1 { whole.append(0) }
    whole.replaceSubrange(4..<8, with: UInt32(whole.count - 8).littleEndianBytes)
    return whole
  }

  /// Whether all that a WebP file says it has is there.
  static func isWholeRIFF(_ bytes: [UInt8]) -> Bool {
    bytes.littleEndian(4, bytes: 4).map { bytes.count - 8 >= $0 } ?? false
  }

  /// The kind of a chunk of PNG or WebP.
  static func code(_ letters: StaticString) -> UInt32 {
    letters.withUTF8Buffer { $0.reduce(0) { $0 << 8 | UInt32($1) } }
  }
}

/// Markers of JPEG segments for applications (ISO 10918-1, table B.1).
enum JPEGMarker {
  static let app0: UInt32 = 0xFFE0
  static let app1: UInt32 = 0xFFE1
  static let app2: UInt32 = 0xFFE2
}

extension RandomAccessCollection<UInt8> where Index == Int {
  /// The number in `count` bytes at `offset` from the start, if they are all there.
  func bigEndian(_ offset: Int, bytes count: Int) -> Int? {
    guard offset >= 0, self.count - offset >= count else { return nil }
    return self[startIndex + offset..<startIndex + offset + count].reduce(0) { $0 << 8 | Int($1) }
  }

  func littleEndian(_ offset: Int, bytes count: Int) -> Int? {
    guard offset >= 0, self.count - offset >= count else { return nil }
    return self[startIndex + offset..<startIndex + offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}

extension FixedWidthInteger {
  var bigEndianBytes: [UInt8] { withUnsafeBytes(of: bigEndian, Array.init) }
  var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian, Array.init) }
}
