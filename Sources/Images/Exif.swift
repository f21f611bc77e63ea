/// EXIF: a TIFF structure whose first directory tells of the picture, the second of its thumbnail.
///
/// The layout is from TIFF 6.0, section 2: byte order ("II" little endian, "MM" big endian), 42, offset of the first
/// directory; there a count, entries of tag (2 bytes), type (2), count (4) and value or its offset (4), and the offset of
/// the next directory or 0. All offsets count from the start, so that what is added at the end moves nothing.
struct Exif {
  private(set) var bytes: [UInt8]
  private let isLittleEndian: Bool

  private enum Tag {
    static let orientation = 0x0112
    static let horizontalDensity = 0x011A
    static let verticalDensity = 0x011B
    static let densityUnit = 0x0128
  }

  private enum Kind {
    static let short = 3, long = 4, rational = 5
  }

  /// 12 bytes, and where they are.
  private struct Entry {
    let offset, tag, kind: Int
    let bytes: ArraySlice<UInt8>
  }

  /// - Returns: nil if there is no first directory.
  init?(_ exif: some Collection<UInt8>) {
    let bytes = [UInt8](exif)
    guard bytes.count >= 8, bytes[0] == bytes[1], bytes[0] == 0x49 || bytes[0] == 0x4D else { return nil }
    self.bytes = bytes
    isLittleEndian = bytes[0] == 0x49
    guard number(2, bytes: 2) == 42, directory(at: number(4, bytes: 4)!) != nil else { return nil }
  }

  /// With an empty directory.
  init() {
    bytes = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    isLittleEndian = true
  }

  private func number(_ offset: Int, bytes count: Int) -> Int? {
    isLittleEndian ? bytes.littleEndian(offset, bytes: count) : bytes.bigEndian(offset, bytes: count)
  }

  private struct Directory {
    /// As far as they are there.
    let entries: [Entry]
    let isWhole: Bool
    /// 0 also if that is missing, as some writers have it.
    let next: Int
  }

  private func directory(at offset: Int) -> Directory? {
    guard let count = number(offset, bytes: 2) else { return nil }
    let there = min(count, (bytes.count - offset - 2) / 12)
    let entries = (0..<there).map { index in
      let at = offset + 2 + 12 * index
      return Entry(
        offset: at, tag: number(at, bytes: 2)!, kind: number(at + 2, bytes: 2)!, bytes: bytes[at..<at + 12])
    }
    return Directory(
      entries: entries, isWhole: there == count, next: number(offset + 2 + 12 * count, bytes: 4) ?? 0)
  }

  private var first: Directory { directory(at: number(4, bytes: 4)!)! }

  private func entry(_ tag: Int) -> Entry? { first.entries.first { $0.tag == tag } }

  private func integer(_ entry: Entry) -> Int? {
    switch entry.kind {
    case Kind.short: number(entry.offset + 8, bytes: 2)
    case Kind.long: number(entry.offset + 8, bytes: 4)
    default: nil
    }
  }

  private func rational(_ entry: Entry) -> Double? {
    guard entry.kind == Kind.rational, let at = number(entry.offset + 8, bytes: 4),
      let above = number(at, bytes: 4), let below = number(at + 4, bytes: 4), below != 0
    else { return nil }
    return Double(above) / Double(below)
  }

  /// How stored rows and columns are to be displayed; nil if it says nothing of it, or nothing known.
  var orientation: Orientation? {
    entry(Tag.orientation).flatMap(integer).flatMap(Orientation.init(rawValue:))
  }

  var density: PixelDensity? {
    guard let horizontal = entry(Tag.horizontalDensity).flatMap(rational),
      let vertical = entry(Tag.verticalDensity).flatMap(rational)
    else { return nil }
    switch entry(Tag.densityUnit).flatMap(integer) ?? 2 {
    case 2: return PixelDensity(horizontal, vertical, perInch: 1)
    case 3: return PixelDensity(horizontal, vertical, perInch: PixelDensity.centimetresPerInch)
    default: return nil
    }
  }
}

extension Exif {
  /// The same in which neither picture nor thumbnail are to be turned; nil if the first directory is cut off.
  var upright: Exif? {
    guard first.isWhole else { return nil }
    var result = self
    let second = first.next == 0 ? nil : directory(at: first.next)
    for entry in first.entries + (second?.entries ?? []) where entry.tag == Tag.orientation {
      result.bytes.replaceSubrange(entry.offset..<entry.offset + 12, with: shortEntry(Tag.orientation, 1))
    }
    return result
  }

  /// The same with another density: a new first directory at the end, in place of the old one.
  func with(_ density: PixelDensity) -> Exif {
    let old = first
    let new = [Tag.horizontalDensity, Tag.verticalDensity, Tag.densityUnit]
    let kept = old.entries.filter { !new.contains($0.tag) }

    var result = self
    if bytes.count % 2 == 1 { result.bytes.append(0) }
    let start = result.bytes.count
    let values = start + 2 + 12 * (kept.count + new.count) + 4
    let added = [
      (Tag.horizontalDensity, rationalEntry(Tag.horizontalDensity, at: values)),
      (Tag.verticalDensity, rationalEntry(Tag.verticalDensity, at: values + 8)),
      (Tag.densityUnit, shortEntry(Tag.densityUnit, 2)),
    ]
    let entries = (kept.map { ($0.tag, Array($0.bytes)) } + added).sorted { $0.0 < $1.0 }
    result.bytes += field(entries.count, bytes: 2) + entries.flatMap(\.1) + field(old.next, bytes: 4)
    for value in [density.horizontal, density.vertical] {
      result.bytes += field(Int((1000 * value).rounded()), bytes: 4) + field(1000, bytes: 4)
    }
    result.bytes.replaceSubrange(4..<8, with: field(start, bytes: 4))
    return result
  }

  private func field(_ value: Int, bytes count: Int) -> [UInt8] {
    isLittleEndian ? Array(value.littleEndianBytes.prefix(count)) : Array(value.bigEndianBytes.suffix(count))
  }

  private func shortEntry(_ tag: Int, _ value: Int) -> [UInt8] {
    field(tag, bytes: 2) + field(Kind.short, bytes: 2) + field(1, bytes: 4) + field(value, bytes: 2) + [0, 0]
  }

  private func rationalEntry(_ tag: Int, at offset: Int) -> [UInt8] {
    field(tag, bytes: 2) + field(Kind.rational, bytes: 2) + field(1, bytes: 4) + field(offset, bytes: 4)
  }
}

extension Orientation {
  /// What EXIF says of it; nil if that is nothing, or nothing known.
  public init?(exif: some Collection<UInt8>) {
    guard let orientation = Exif(exif)?.orientation else { return nil }
    self = orientation
  }
}
