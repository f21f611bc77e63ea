import U2Net

extension Progress {
  /// Tells what happens to a batch, remarks only if they are wanted.
  func tell(_ event: FileBatch.Event, isQuiet: Bool) {
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

extension FileBatch.Summary {
  /// Throws what there is to say at the end. Of one photo all has been said.
  func finish(isOnePhoto: Bool) throws(CommandFailure) {
    let signal = Interruption.requested.map(Interruption.exitCode)
    if isOnePhoto {
      guard let code = failed > 0 ? 1 : signal else { return }
      throw CommandFailure(lines: [], code)
    }
    if let signal, done < total {
      throw CommandFailure(
        "stopped: \(done - failed) of \(total) photos are done; the same command with --existing skip goes on",
        exitCode: signal)
    }
    if let failure { throw CommandFailure(failure) }
  }
}

#if os(Linux)
  extension FileBatch.WatchSummary {
    /// Throws what was not done.
    func finish() throws(CommandFailure) {
      let lines =
        failures + [rest].compactMap { $0.map { "stopped: \($0); the same command with --existing skip goes on" } }
      guard !lines.isEmpty else { return }
      let signal = unfinished > 0 ? Interruption.requested : nil
      throw CommandFailure(lines: lines, signal.map(Interruption.exitCode) ?? 1)
    }
  }
#endif
