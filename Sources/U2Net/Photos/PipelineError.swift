/// Why photos cannot be worked on as it was asked for: a line for each cause, which names what it is about.
public struct PipelineError: Error, CustomStringConvertible {
  public let lines: [String]
  public var description: String { lines.joined(separator: "\n") }

  package init(_ lines: String...) { self.lines = lines }
  package init(lines: [String]) { self.lines = lines }
}
