package import U2NetFiles

/// A photo, and what its results are called.
package struct Photo: Hashable, Sendable {
  /// "-" for standard input.
  package let path: FilePath
  /// Where it lies below the folder it was found in, without its extension.
  package let stem: FilePath
  /// Whether somebody named it; otherwise it was found in a folder.
  package let isNamed: Bool

  package init(path: FilePath, stem: FilePath, isNamed: Bool = true) {
    self.path = path
    self.stem = stem
    self.isNamed = isNamed
  }

  /// What to call it in messages.
  package var source: String { path == .standardStream ? "standard input" : "\(path)" }
}

/// One of N parts of a list, chosen by a photo's name alone, so that parts stay what they are when photos come and go.
package struct Shard: Sendable {
  package let index: Int
  package let count: Int

  /// "I/N", I from 1 to N.
  package init?(_ text: String) {
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let index = numbers[0], let count = numbers[1], count >= 1, (1...count).contains(index)
    else { return nil }
    self.index = index
    self.count = count
  }

  /// FNV-1a of the name, and a multiplication to mix its bits (Fowler, Noll and Vo; Knuth).
  package func contains(_ photo: Photo) -> Bool {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in photo.stem.bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ (hash >> 32)) &* 0x9e37_79b9_7f4a_7c15
    return Int((hash >> 32) % UInt64(count)) == index - 1
  }
}
