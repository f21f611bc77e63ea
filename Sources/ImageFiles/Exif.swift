/// EXIF: a TIFF structure whose first directory tells of the picture, the second of its thumbnail.
///
/// The layout is from TIFF 6.0, section 2: byte order ("II" little endian, "MM" big endian), 42, offset of the first
/// directory; there a count, entries of tag (2 bytes), type (2), count (4) and value or its offset (4), and the offset of
/// the next directory or 0. All offsets count from the start, so that what is added at the end moves nothing.
struct Exif {
  var bytes: [UInt8]
  let isLittleEndian: Bool

  enum Tag {
    static let orientation = 0x0112
    static let horizontalDensity = 0x011A
    static let verticalDensity = 0x011B
    static let densityUnit = 0x0128
    /// Offsets of directories: of the picture's taking, of the place, and within the first of interoperability.
    static let exif = 0x8769
    static let place = 0x8825
    static let interoperability = 0xA005
    static let width = 0xA002
    static let height = 0xA003
  }

  /// TIFF's types, and how many bytes one value of each has.
  enum Kind {
    static let short = 3, long = 4, rational = 5, directory = 13
    /// By type; 0 where there is none. The last is of BigTIFF, and Pillow knows it in any file.
    static let sizes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8]
  }

  /// 12 bytes, and where they are.
  struct Entry {
    let offset, tag, kind, count: Int
    let bytes: ArraySlice<UInt8>
  }

  /// - Returns: nil if there is no first directory.
  init?(_ exif: some Collection<UInt8>) {
    let bytes = [UInt8](exif)
    guard bytes.count >= 8, bytes[0] == bytes[1], bytes[0] == 0x49 || bytes[0] == 0x4D else { return nil }
    self.bytes = bytes
    isLittleEndian = bytes[0] == 0x49
    // Some writers have the one number always in the same order.
    guard let mark = number(2, bytes: 2), mark == 42 || mark == 42 << 8, directory(at: number(4, bytes: 4)!) != nil
    else { return nil }
  }

  /// With an empty directory.
  init() {
    bytes = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    isLittleEndian = true
  }

  func number(_ offset: Int, bytes count: Int) -> Int? {
    isLittleEndian ? bytes.littleEndian(offset, bytes: count) : bytes.bigEndian(offset, bytes: count)
  }

  struct Directory {
    let offset: Int
    /// As far as they are there.
    let entries: [Entry]
    let isWhole: Bool
    /// 0 also if that is missing, as some writers have it.
    let next: Int
  }

  func directory(at offset: Int) -> Directory? {
    guard let count = number(offset, bytes: 2) else { return nil }
    let there = min(count, (bytes.count - offset - 2) / 12)
    let entries = (0..<there).map { index in
      let at = offset + 2 + 12 * index
      return Entry(
        offset: at, tag: number(at, bytes: 2)!, kind: number(at + 2, bytes: 2)!, count: number(at + 4, bytes: 4)!,
        bytes: bytes[at..<at + 12])
    }
    return Directory(
      offset: offset, entries: entries, isWhole: there == count, next: number(offset + 2 + 12 * count, bytes: 4) ?? 0)
  }

  var first: Directory { directory(at: number(4, bytes: 4)!)! }

  private func entry(_ tag: Int) -> Entry? { first.entries.first { $0.tag == tag } }

  /// The bytes that an entry's values have, in its last four bytes or elsewhere; nil if its type is not known or they are
  /// not all there.
  func values(of entry: Entry) -> Range<Int>? {
    guard Kind.sizes.indices.contains(entry.kind), Kind.sizes[entry.kind] > 0 else { return nil }
    // Count and size are less than 2³² and 2⁴.
    let size = entry.count * Kind.sizes[entry.kind]
    let start = size <= 4 ? entry.offset + 8 : number(entry.offset + 8, bytes: 4)!
    return bytes.count - start >= size ? start..<start + size : nil
  }

  /// The first value of an entry of any type of number but bytes, which Pillow takes for text.
  private func value(_ entry: Entry) -> Double? {
    guard let at = values(of: entry)?.lowerBound, entry.count > 0 else { return nil }
    let size = Kind.sizes[entry.kind]
    func unsigned(_ offset: Int, _ size: Int) -> UInt64 { UInt64(number(offset, bytes: min(size, 4))!) }
    func ratio(_ above: Double, _ below: Double) -> Double? { below == 0 ? nil : above / below }
    switch entry.kind {
    case 3, 4, 13: return Double(unsigned(at, size))
    case 6: return Double(Int8(truncatingIfNeeded: unsigned(at, size)))
    case 8: return Double(Int16(truncatingIfNeeded: unsigned(at, size)))
    case 9: return Double(Int32(truncatingIfNeeded: unsigned(at, size)))
    case 5: return ratio(Double(unsigned(at, 4)), Double(unsigned(at + 4, 4)))
    case 10:
      return ratio(
        Double(Int32(truncatingIfNeeded: unsigned(at, 4))), Double(Int32(truncatingIfNeeded: unsigned(at + 4, 4))))
    case 11: return Double(Float(bitPattern: UInt32(unsigned(at, 4))))
    case 12, 16:
      let halves = isLittleEndian ? (at + 4, at) : (at, at + 4)
      let bits = unsigned(halves.0, 4) << 32 | unsigned(halves.1, 4)
      return entry.kind == 12 ? Double(bitPattern: bits) : Double(bits)
    default: return nil
    }
  }

  /// Whether there is a word on the orientation, be it one that makes no sense.
  var saysOrientation: Bool { entry(Tag.orientation) != nil }

  /// How stored rows and columns are to be displayed; nil if it says nothing of it, or nothing known.
  var orientation: Orientation? {
    entry(Tag.orientation).flatMap(value).flatMap(Int.init(exactly:)).flatMap(Orientation.init(rawValue:))
  }

  var density: PixelDensity? {
    guard let (horizontal, vertical) = resolution else { return nil }
    switch resolutionUnit {
    case 2: return PixelDensity(horizontal, vertical, perInch: 1)
    case 3: return PixelDensity(horizontal, vertical, perInch: PixelDensity.centimetresPerInch)
    default: return nil
    }
  }

  /// TIFF's unit 1 is none.
  var aspect: PixelAspect? {
    guard resolutionUnit == 1, let (horizontal, vertical) = resolution else { return nil }
    return PixelAspect(horizontal, vertical)
  }

  private var resolution: (Double, Double)? {
    guard let horizontal = entry(Tag.horizontalDensity).flatMap(value),
      let vertical = entry(Tag.verticalDensity).flatMap(value)
    else { return nil }
    return (horizontal, vertical)
  }

  private var resolutionUnit: Double { entry(Tag.densityUnit).flatMap(value) ?? 2 }
}

extension Orientation {
  /// What EXIF says of it; nil if that is nothing, or nothing known.
  public init?(exif: some Collection<UInt8>) {
    guard let orientation = Exif(exif)?.orientation else { return nil }
    self = orientation
  }
}
