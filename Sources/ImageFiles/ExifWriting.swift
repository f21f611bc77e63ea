// EXIF of one picture to that of another that was made of it.

extension Exif {
  /// What is of the old pixels alone, and so not of the new ones: by the tags of EXIF 3.0, TIFF 6.0, TIFF/EP and DNG.
  private static let tagsOfOldPixels: Set<Int> = {
    let ranges: [ClosedRange<Int>] = [
      // Kind of picture, size, samples, inks and colours, strips, tiles and their tables, directories of others.
      0x00FE...0x0103, 0x0106...0x010A, 0x0111...0x0111, 0x0115...0x0119, 0x011C...0x011C, 0x011E...0x0125,
      0x012C...0x012D, 0x013D...0x0148, 0x014A...0x0195, 0x01B1...0x01B5, 0x0200...0x0214, 0x022F...0x022F,
      // Thumbnail, XMP, Photoshop's data, profile; the matrix of colour filters; the ground that pixels show.
      0x02BC...0x02BC, 0x8649...0x8649, 0x8773...0x8773, 0x935C...0x935C, 0x828D...0x828E, 0xA302...0xA302,
      0x830E...0x830E, 0x8480...0x8482, 0x85D8...0x85D8, 0x87AF...0x87B1, 0xA480...0xA481,
      // Related picture: format and size.
      0x1000...0x1002,
      // How the file was compressed; places in the picture; sharpness along its sides.
      0x9101...0x9102, 0x9214...0x9214, 0xA214...0xA214, 0x920C...0x920C, 0xA20C...0xA20C,
      // What names this one picture; whether it was put together, and of what.
      0xA420...0xA420, 0xA460...0xA462,
      // Of a raw picture: DNG's but for camera, lens and name; JPEG XR's of size and how it lies.
      0xC612...0xC613, 0xC616...0xC62E, 0xC631...0xC68A, 0xC68C...0xC7FF, 0xCD2D...0xCD4F, 0xBC01...0xBCFF,
    ]
    return Set(ranges.joined())
  }()

  /// How many of the sensor's pixels there are to a length, and the length: not of a picture of another scale. The second
  /// three are EXIF's, the first TIFF/EP's.
  static let tagsOfScale: Set<Int> = [0x920E, 0x920F, 0x9210, 0xA20E, 0xA20F, 0xA210]

  /// The space of colours, and gamma.
  static let tagsOfColors: Set<Int> = [0xA001, 0xA500]

  /// What is said of columns, and the same said of rows: pixels to a length, of the picture and of the sensor.
  private static let tagsOfAxes = [
    Tag.horizontalDensity: Tag.verticalDensity, 0x920E: 0x920F, 0xA20E: 0xA20F,
    Tag.verticalDensity: Tag.horizontalDensity, 0x920F: 0x920E, 0xA20F: 0xA20E,
  ]

  /// The same for an upright picture of this size: without thumbnail and what else is of the old pixels, of which no byte
  /// remains; nil if the first directory is cut off.
  ///
  /// What is kept stays where it is, for makers' notes may count on that.
  /// - Parameters:
  ///   - turned: how the picture lay, if EXIF does not say.
  ///   - dropped: tags that are not to remain either.
  func fitting(width: Int, height: Int, turned: Orientation = .up, without dropped: Set<Int> = []) -> Exif? {
    guard first.isWhole, first.offset >= 8 else { return nil }
    let turned = saysOrientation ? orientation ?? .up : turned
    let change = Change(
      width: width, height: height, swapsAxes: turned.swapsAxes, dropped: Self.tagsOfOldPixels.union(dropped))
    var result = self
    var kept = ByteRanges([0..<8])
    result.bytes.replaceSubrange(2..<4, with: field(42, bytes: 2))
    result.rewrite(first, &kept, change)
    if kept.end < result.bytes.count { result.bytes.removeSubrange(kept.end...) }
    for gap in kept.gaps { result.bytes.replaceSubrange(gap, with: repeatElement(0, count: gap.count)) }
    // Directories that lie across each other may have spoilt each other.
    return result.orientation ?? .up == .up ? result : nil
  }

  /// From the old picture to the new one.
  private struct Change {
    let width, height: Int
    let swapsAxes: Bool
    let dropped: Set<Int>
  }

  /// Rewrites a directory and those that it leads to, in place, as the last of its chain.
  private mutating func rewrite(_ directory: Directory, _ kept: inout ByteRanges, _ change: Change) {
    // Directories that lead to each other are gone into once.
    guard !kept.contains(directory.offset) else { return }
    var entries: [[UInt8]] = []
    var below: [Directory] = []
    let old = change.swapsAxes ? exchanged(directory.entries) : directory.entries
    for entry in old where !change.dropped.contains(entry.tag) {
      let values = values(of: entry)
      // A preview in a maker's note.
      if let values, bytes[values].containsJPEG { continue }
      switch entry.tag {
      case Tag.orientation: entries.append(shortEntry(Tag.orientation, 1))
      case Tag.width: entries.append(longEntry(Tag.width, change.width))
      case Tag.height: entries.append(longEntry(Tag.height, change.height))
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
    for directory in below { rewrite(directory, &kept, change) }
  }

  /// What is said of columns is said of rows, and the other way round; neighbours in order stay so.
  private func exchanged(_ entries: [Entry]) -> [Entry] {
    var result = entries.map { entry in
      guard let tag = Self.tagsOfAxes[entry.tag] else { return entry }
      return Entry(
        offset: entry.offset, tag: tag, kind: entry.kind, count: entry.count,
        bytes: (field(tag, bytes: 2) + entry.bytes.dropFirst(2))[...])
    }
    for index in result.indices.dropFirst() where Self.tagsOfAxes[result[index].tag] == result[index - 1].tag {
      result.swapAt(index - 1, index)
    }
    return result
  }

  /// The same with another density: a new first directory at the end, in place of the old one.
  func with(_ density: PixelDensity) -> Exif {
    with((density.horizontal, density.vertical), in: 1000, unit: 2)
  }

  /// The same with another shape of pixels, in TIFF's unit that is none.
  func with(_ aspect: PixelAspect) -> Exif {
    with((Double(aspect.horizontal), Double(aspect.vertical)), in: 1, unit: 1)
  }

  private func with(_ resolution: (horizontal: Double, vertical: Double), in parts: Int, unit: Int) -> Exif {
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
      (Tag.densityUnit, shortEntry(Tag.densityUnit, unit)),
    ]
    let entries = (kept.map { ($0.tag, Array($0.bytes)) } + added).sorted { $0.0 < $1.0 }
    result.bytes += field(entries.count, bytes: 2) + entries.flatMap(\.1) + field(old.next, bytes: 4)
    for value in [resolution.horizontal, resolution.vertical] {
      result.bytes += field(Int((Double(parts) * value).rounded()), bytes: 4) + field(parts, bytes: 4)
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
