/// Why photos cannot be worked on as it was asked for: a line for each cause, which names what it is about.
public struct PipelineError: Error, CustomStringConvertible {
  /// At least one; each names a photo, a file or a folder.
  public let lines: [String]
  /// Whether the names and choices alone show it, so that on a command line it is wrong usage.
  package let isUsage: Bool
  /// All lines.
  public var description: String { lines.joined(separator: "\n") }

  package init(_ lines: String...) { self.init(lines: lines) }
  package init(lines: [String]) { (self.lines, isUsage) = (lines, false) }
  package init(usage line: String) { (lines, isUsage) = ([line], true) }
}
