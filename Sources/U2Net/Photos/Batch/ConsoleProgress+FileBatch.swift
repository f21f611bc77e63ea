package import U2NetMachine

extension ConsoleProgress {
  /// Tells what happens to a batch, remarks only if they are wanted.
  package func tell(_ event: FileBatch.Event, isQuiet: Bool) {
    switch event {
    case .watching(let folder): if !isQuiet { note("watching \(folder); Ctrl-C stops") }
    case .expected(let more): expect(more)
    case .writing: break
    case .done(_, let problem):
      if let problem { note(problem) }
      advance(failed: problem != nil)
    case .problem(let text): note(text)
    case .remark(let text): if !isQuiet { note(text) }
    }
  }
}
