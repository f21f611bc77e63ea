/// Why photos cannot be worked on as it was asked for: a line for each cause, which names what it is about.
package struct PipelineError: Error, CustomStringConvertible {
  package let lines: [String]
  package var description: String { lines.joined(separator: "\n") }

  package init(_ lines: String...) { self.lines = lines }
  package init(lines: [String]) { self.lines = lines }
}
