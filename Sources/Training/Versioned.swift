/// A value that a JSON file holds, with the version of the file's format beside the value's own keys. Files from before there
/// were versions have version 1.
struct Versioned<Value: Codable>: Codable {
  let value: Value

  private enum Key: CodingKey { case version }

  init(_ value: Value) { self.value = value }

  /// - Throws: `NewerVersion` before anything else is looked at.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let version = try container.decodeIfPresent(Int.self, forKey: .version) ?? 1
    guard version > 0 else {
      throw DecodingError.dataCorruptedError(forKey: .version, in: container, debugDescription: "no version")
    }
    guard version <= NewerVersion.known else { throw NewerVersion(version: version) }
    value = try Value(from: decoder)
  }

  func encode(to encoder: any Encoder) throws {
    try value.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(NewerVersion.known, forKey: .version)
  }
}

/// A file of a format that is not known yet.
struct NewerVersion: Error, CustomStringConvertible {
  /// The highest version that is read, and the one that is written.
  static let known = 1

  let version: Int
  var description: String {
    "version \(version) of its format, written by a newer u2net; this one reads versions up to \(Self.known)"
  }
}
