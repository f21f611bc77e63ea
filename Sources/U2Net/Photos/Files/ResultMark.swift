package import U2NetFiles

/// What a result's file says of itself, as its creator: "u2net mask of 0123456789abcdef".
///
/// It makes results known for certain, whatever command, format or run made them and wherever they lie, and tells those of
/// like-named photos apart. It says nothing that the photo does not show: no name, no place.
package struct ResultMark: Hashable, Sendable {
  /// "mask", "cutout", "composite", "side1 map" ….
  private let kind: String
  package let photo: PhotoDigest

  package init(_ kind: ResultKind, of photo: PhotoDigest) {
    self.kind = Self.name(kind)
    self.photo = photo
  }

  private static func name(_ kind: ResultKind) -> String {
    switch kind {
    case .mask: "mask"
    case .cutout: "cutout"
    case .composite: "composite"
    case .map(let map): "\(map) map"
    }
  }

  func isOf(_ kind: ResultKind) -> Bool { self.kind == Self.name(kind) }

  /// The kind, for people.
  var what: String {
    switch kind {
    case Self.name(.cutout): "a cut-out on transparency"
    case Self.name(.composite): "a cut-out on a background"
    default: "a \(kind)"
    }
  }

  /// The mark of a file; nil if it has none, or cannot be read.
  package init?(file: FilePath) {
    guard let creator = ImageFile.creator(of: file) else { return nil }
    self.init(creator)
  }

  init?(_ text: String) {
    let (start, middle) = ("u2net ", " of ")
    guard text.hasPrefix(start), let of = text.firstRange(of: middle),
      let photo = PhotoDigest(text[of.upperBound...])
    else { return nil }
    kind = String(text[..<of.lowerBound].dropFirst(start.count))
    self.photo = photo
  }

  var text: String { "u2net \(kind) of \(photo)" }
}

/// Tells photos apart by their bytes: how many there are, and the first and last of them, which in every format depend on all
/// pixels or on when they were taken.
package struct PhotoDigest: Hashable, Sendable, CustomStringConvertible {
  private let value: UInt64
  /// How many bytes at either end.
  private static let endLength = 1 << 15

  /// - Parameter bytes: all of the file.
  init(_ bytes: [UInt8]) {
    let start = min(bytes.count, Self.endLength), end = max(start, bytes.count - Self.endLength)
    self.init(count: bytes.count, bytes[..<start], bytes[end...])
  }

  /// The same of a file that is not in memory; nil for what is no regular file, or cannot be read.
  package init?(file: FilePath) {
    guard !file.isSpecial, let count = file.byteCount, let start = file.part(at: 0, count: min(count, Self.endLength)),
      let end = file.part(at: max(start.count, count - Self.endLength), count: Self.endLength)
    else { return nil }
    self.init(count: count, start[...], end[...])
  }

  private init(count: Int, _ start: ArraySlice<UInt8>, _ end: ArraySlice<UInt8>) {
    var hash = FNV1a()
    hash.add(Array("\(count) ".utf8))
    hash.add(start)
    hash.add(end)
    value = hash.value
  }

  fileprivate init?(_ text: Substring) {
    guard text.utf8.count == 16, let value = UInt64(text, radix: 16) else { return nil }
    self.value = value
  }

  package var description: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// Fowler's, Noll's and Vo's hash of bytes.
struct FNV1a {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
  }
}
