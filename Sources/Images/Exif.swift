// Where EXIF is in a file, and the one thing read from it: the orientation.

extension ImageFile {
  /// The TIFF structure that holds a file's EXIF, as a range of its bytes: in PNG the `eXIf` chunk, in JPEG the
  /// first APP1 segment marked "Exif". Looks only at lengths and marks, so that any bytes at all are safe.
  static func exif(in bytes: [UInt8], _ format: ImageFormat) -> Range<Int>? {
    let mark: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]  // "Exif", two zeros
    switch format {
    case .png:
      // Signature (8 bytes), then chunks: length of the data (4), type (4), data, checksum (4).
      var at = 8
      while let length = bigEndian(bytes, at, bytes: 4), bytes.count - at - 8 >= length {
        let data = at + 8..<at + 8 + length
        if bytes[at + 4..<at + 8].elementsEqual("eXIf".utf8) {
          // Some writers repeat JPEG's mark.
          return bytes[data].starts(with: mark) ? data.lowerBound + mark.count..<data.upperBound : data
        }
        at = data.upperBound + 4
      }
    case .jpeg:
      // Start marker (2 bytes), then segments: marker (2), length of the rest with itself (2), data. From the
      // first scan (DA) on, entropy-coded data follows.
      var at = 2
      while let marker = bigEndian(bytes, at, bytes: 2), marker >= 0xFF00, marker != 0xFFDA {
        if marker == 0xFFFF {  // a fill byte
          at += 1
          continue
        }
        guard let length = bigEndian(bytes, at + 2, bytes: 2), length >= 2, bytes.count - at - 2 >= length else {
          return nil
        }
        let data = at + 4..<at + 2 + length
        if marker == 0xFFE1 && bytes[data].starts(with: mark) { return data.lowerBound + mark.count..<data.upperBound }
        at = data.upperBound
      }
    }
    return nil
  }

  /// The number in `count` bytes at `offset`, if they are all there.
  private static func bigEndian(_ bytes: [UInt8], _ offset: Int, bytes count: Int) -> Int? {
    guard bytes.count - offset >= count else { return nil }
    return bytes[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
  }
}

extension Orientation {
  /// The value of tag 0x0112 in the first directory of a TIFF structure; nil if there is none or it is not 1...8.
  ///
  /// The layout is from TIFF 6.0, section 2: byte order ("II" little endian, "MM" big endian), 42, offset of the
  /// directory; there a count, and entries of tag (2 bytes), type (2; 3 is SHORT, 4 is LONG), count (4), value (4).
  public init?(exif: some Collection<UInt8>) {
    let bytes = [UInt8](exif)
    guard bytes.count >= 8 else { return nil }
    let isLittleEndian = bytes[0] == 0x49
    guard bytes[0] == bytes[1], isLittleEndian || bytes[0] == 0x4D else { return nil }

    func number(_ offset: Int, bytes count: Int) -> Int? {
      guard bytes.count - offset >= count else { return nil }
      let field = bytes[offset..<offset + count]
      return isLittleEndian
        ? field.reversed().reduce(0) { $0 << 8 | Int($1) } : field.reduce(0) { $0 << 8 | Int($1) }
    }

    guard number(2, bytes: 2) == 42, let directory = number(4, bytes: 4), let entries = number(directory, bytes: 2)
    else { return nil }
    for entry in 0..<entries {
      let at = directory + 2 + 12 * entry
      guard let tag = number(at, bytes: 2) else { return nil }
      guard tag == 0x0112 else { continue }
      let size = [3: 2, 4: 4][number(at + 2, bytes: 2) ?? 0]
      guard let size, let value = number(at + 8, bytes: size) else { return nil }
      self.init(rawValue: value)
      return
    }
    return nil
  }
}
