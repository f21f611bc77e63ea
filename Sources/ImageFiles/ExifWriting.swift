// EXIF of one picture to that of another that was made of it.

extension Exif {
  /// What is of the old pixels alone, and so not of the new ones. In the first directory: sizes, layout and colours as of
  /// a TIFF, offsets of pixels, thumbnails and previews, what other programs keep in it. In that of the picture's taking:
  /// how the file was compressed, and places in the picture.
  private static let tagsOfOldPixels: Set<Int> = [
    0x00FE, 0x00FF, 0x0100, 0x0101, 0x0102, 0x0103, 0x0106, 0x010A, 0x0111, 0x0115, 0x0116, 0x0117, 0x011C, 0x0120,
    0x0121, 0x012D, 0x013D, 0x013E, 0x013F, 0x0140, 0x0142, 0x0143, 0x0144, 0x0145, 0x014A, 0x0152, 0x0153, 0x015B,
    0x0200, 0x0201, 0x0202, 0x0203, 0x0205, 0x0211, 0x0212, 0x0213, 0x0214, 0x02BC, 0x8649, 0x8773, 0x935C,
    0x9101, 0x9102, 0x9214, 0xA20B, 0xA214,
  ]

  /// The same for an upright picture of this size: without thumbnail and what else is of the old pixels, of which no byte
  /// remains; nil if the first directory is cut off.
  ///
  /// What is kept stays where it is, for makers' notes may count on that.
  func fitting(width: Int, height: Int) -> Exif? {
    guard first.isWhole, first.offset >= 8 else { return nil }
    var result = self
    var kept = ByteRanges([0..<8])
    result.rewrite(first, &kept, width: width, height: height)
    if kept.end < result.bytes.count { result.bytes.removeSubrange(kept.end...) }
    for gap in kept.gaps { result.bytes.replaceSubrange(gap, with: repeatElement(0, count: gap.count)) }
    // Directories that lie across each other may have spoilt each other.
    return result.orientation ?? .up == .up ? result : nil
  }

  /// Rewrites a directory and those that it leads to, in place, as the last of its chain.
  private mutating func rewrite(_ directory: Directory, _ kept: inout ByteRanges, width: Int, height: Int) {
    // Directories that lead to each other are gone into once.
    guard !kept.contains(directory.offset) else { return }
    var entries: [[UInt8]] = []
    var below: [Directory] = []
    for entry in directory.entries where !Self.tagsOfOldPixels.contains(entry.tag) {
      let values = values(of: entry)
      // A preview in a maker's note.
      if let values, bytes[values].containsJPEG { continue }
      switch entry.tag {
      case Tag.orientation: entries.append(shortEntry(Tag.orientation, 1))
      case Tag.width: entries.append(longEntry(Tag.width, width))
      case Tag.height: entries.append(longEntry(Tag.height, height))
      default:
        entries.append(Array(entry.bytes))
        if let values, !values.isEmpty, entry.count * Kind.sizes[entry.kind] > 4 { kept.insert(values) }
      }
      if [Tag.exif, Tag.place, Tag.interoperability].contains(entry.tag),
        [Kind.long, Kind.directory].contains(entry.kind),
        let offset = number(entry.offset + 8, bytes: 4), let directory = self.directory(at: offset)
      {
        below.append(directory)
      }
    }
    let start = directory.offset, next = start + 2 + 12 * entries.count
    // Some writers leave the offset of the next directory out, and have the file's end or values in its place.
    let hasNext = !kept.contains(next)
    let contents = field(entries.count, bytes: 2) + entries.joined() + (hasNext ? field(0, bytes: 4) : [])
    let end = min(start + contents.count, bytes.count)
    bytes.replaceSubrange(start..<end, with: contents.prefix(end - start))
    kept.insert(start..<end)
    for directory in below { rewrite(directory, &kept, width: width, height: height) }
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

  private func longEntry(_ tag: Int, _ value: Int) -> [UInt8] {
    field(tag, bytes: 2) + field(Kind.long, bytes: 2) + field(1, bytes: 4) + field(value, bytes: 4)
  }

  private func rationalEntry(_ tag: Int, at offset: Int) -> [UInt8] {
    field(tag, bytes: 2) + field(Kind.rational, bytes: 2) + field(1, bytes: 4) + field(offset, bytes: 4)
  }
}

/// Bytes of a file that are in use.
private struct ByteRanges {
  private var ranges: [Range<Int>]

  init(_ ranges: [Range<Int>]) { self.ranges = ranges }

  mutating func insert(_ range: Range<Int>) { ranges.append(range) }

  func contains(_ offset: Int) -> Bool { ranges.contains { $0.contains(offset) } }

  /// Where the last of them ends.
  var end: Int { ranges.map(\.upperBound).max() ?? 0 }

  /// What is between them, from 0 on.
  var gaps: [Range<Int>] {
    var gaps: [Range<Int>] = []
    var at = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > at { gaps.append(at..<range.lowerBound) }
      at = max(at, range.upperBound)
    }
    return gaps
  }
}

extension ArraySlice<UInt8> {
  /// Whether a JPEG may start in it.
  fileprivate var containsJPEG: Bool {
    indices.dropLast(2).contains { self[$0] == 0xFF && self[$0 + 1] == 0xD8 && self[$0 + 2] == 0xFF }
  }
}
