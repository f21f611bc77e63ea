// The parts that a picture's file is made of, found by their lengths and marks alone, so that any bytes at all are safe.

extension ImageFile {
  /// A chunk of a PNG or WebP, or a segment of a JPEG up to its first scan.
  struct Part {
    /// The chunk's four letters, or the segment's marker.
    let kind: UInt32
    /// Where the bytes of the file are that it holds.
    let data: Range<Int>
  }

  /// The parts in order, as far as they are whole.
  static func parts(of bytes: [UInt8], _ format: ImageFormat) -> [Part] {
    var parts: [Part] = []
    switch format {
    case .png:
      // Signature (8 bytes), then chunks: length of the data (4), kind (4), data, checksum (4).
      var at = 8
      while let length = bytes.bigEndian(at, bytes: 4), let kind = bytes.bigEndian(at + 4, bytes: 4),
        bytes.count - at - 8 >= length
      {
        parts.append(Part(kind: UInt32(kind), data: at + 8..<at + 8 + length))
        at += length + 12
      }
    case .jpeg:
      // Start marker (2 bytes), then segments: marker (2), length of the rest with itself (2), data. From the
      // first scan (DA) on, entropy-coded data follows.
      var at = 2
      while let marker = bytes.bigEndian(at, bytes: 2), marker >= 0xFF00, marker != 0xFFDA {
        if marker == 0xFFFF {  // a fill byte
          at += 1
          continue
        }
        guard let length = bytes.bigEndian(at + 2, bytes: 2), length >= 2, bytes.count - at - 2 >= length else { break }
        parts.append(Part(kind: UInt32(marker), data: at + 4..<at + 2 + length))
        at += 2 + length
      }
    case .webP:
      // "RIFF", length of the rest (4 bytes, the lowest first), "WEBP", then chunks: kind (4), length of the data (4),
      // data, and a byte more if the length is odd.
      var at = 12
      while let kind = bytes.bigEndian(at, bytes: 4), let length = bytes.littleEndian(at + 4, bytes: 4),
        bytes.count - at - 8 >= length
      {
        parts.append(Part(kind: UInt32(kind), data: at + 8..<at + 8 + length))
        at += 8 + length + length % 2
      }
    }
    return parts
  }

  /// Whether all that a WebP file says it has is there.
  static func isWholeRIFF(_ bytes: [UInt8]) -> Bool {
    bytes.littleEndian(4, bytes: 4).map { bytes.count - 8 >= $0 } ?? false
  }

  /// The TIFF structure that holds a file's EXIF: in PNG the `eXIf` chunk, in JPEG the first APP1 segment marked
  /// "Exif", in WebP the `EXIF` chunk.
  static func exif(in bytes: [UInt8], _ format: ImageFormat) -> ArraySlice<UInt8>? {
    let mark = exifMark
    for part in parts(of: bytes, format) {
      let data = bytes[part.data]
      switch (format, part.kind) {
      case (.jpeg, JPEGMarker.app1): if data.starts(with: mark) { return data.dropFirst(mark.count) }
      // Some writers repeat JPEG's mark.
      case (.png, code("eXIf")), (.webP, code("EXIF")):
        return data.starts(with: mark) ? data.dropFirst(mark.count) : data
      default: continue
      }
    }
    return nil
  }

  /// "Exif" and two zeros.
  static let exifMark: [UInt8] = Array("Exif\0\0".utf8)

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
