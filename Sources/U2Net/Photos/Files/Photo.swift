package import U2NetFiles

/// A photo, and what its results are called.
package struct Photo: Hashable, Sendable {
  /// "-" for standard input.
  package let path: FilePath
  /// Where it lies below the folder it was found in, without its extension.
  package let stem: FilePath
  /// Whether somebody named it; otherwise it was found in a folder.
  package let isNamed: Bool
  /// What the file says of itself, if it is the result of a photo.
  package let mark: ResultMark?

  package init(path: FilePath, stem: FilePath, isNamed: Bool = true, mark: ResultMark? = nil) {
    self.path = path
    self.stem = stem
    self.isNamed = isNamed
    self.mark = mark
  }

  /// What to call it in messages.
  package var source: String { path == .standardStream ? "standard input" : "\(path)" }
}

/// One of N parts of a list, chosen by a photo's name alone, so that parts stay what they are when photos come and go.
public struct Shard: LosslessStringConvertible, Sendable {
  /// Which part, from 1, of how many.
  public let index, count: Int

  /// "I/N", I from 1 to N; nil for anything else.
  public init?(_ text: String) {
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let index = numbers[0], let count = numbers[1], count >= 1, (1...count).contains(index)
    else { return nil }
    self.index = index
    self.count = count
  }

  /// "I/N"
  public var description: String { "\(index)/\(count)" }

  /// FNV-1a of the name, and a multiplication to mix its bits (Fowler, Noll and Vo; Knuth).
  package func contains(_ photo: Photo) -> Bool {
    var hash = FNV1a()
    hash.add(photo.stem.bytes)
    let mixed = (hash.value ^ (hash.value >> 32)) &* 0x9e37_79b9_7f4a_7c15
    return Int((mixed >> 32) % UInt64(count)) == index - 1
  }
}
