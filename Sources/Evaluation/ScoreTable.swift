/// A table of scores as comma-separated values (RFC 4180), one row per pair, numbers in full precision.
public struct ScoreTable: Sendable {
  /// The rows so far, and a header.
  public private(set) var csv: String

  /// The line of titles alone: "name", then each `Measure`'s raw value.
  public init() { csv = Self.line(["name"] + Measure.allCases.map(\.rawValue)) }

  /// A line for one pair.
  public mutating func add(_ name: String, _ scores: Scores) {
    csv += Self.line([name] + Measure.allCases.map { "\($0.value(of: scores))" })
  }

  /// A row with its end.
  package static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") + "\r\n" }

  /// In quotation marks, those within it doubled, if there is a comma, quotation mark or line break.
  private static func quoted(_ field: String) -> String {
    // By scalars: "\r\n" is one character.
    guard field.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return field }
    return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}
