import U2Net

extension Progress {
  /// Tells what happens to a batch, remarks only if they are wanted.
  func tell(_ event: BatchEvent, isQuiet: Bool) {
    switch event {
    case .watching(let folder): if !isQuiet { note("watching \(folder); Ctrl-C stops") }
    case .expected(let more): expect(more)
    case .done(_, let problem):
      if let problem { note(problem) }
      advance(failed: problem != nil)
    case .problem(let text): note(text)
    case .remark(let text): if !isQuiet { note(text) }
    }
  }
}

extension PhotoBatch.Summary {
  /// Throws what there is to say at the end.
  /// - Parameter occupied: those of the failed photos at whose results' places there is another result.
  func finish(total: Int, occupied: Int) throws(CommandFailure) {
    if let signal = Interruption.requested, done < total {
      throw CommandFailure(
        "stopped: \(done - failed) of \(total) photos are done; the same command with --existing skip goes on",
        exitCode: Interruption.exitCode(signal))
    }
    guard failed > 0 || problems > 0 else { return }
    let others = failed - occupied
    let parts = [
      others > 0 ? "\(others) of \(total) photos failed" : nil,
      occupied > 0
        ? "\(occupied) of \(total) photos not done: what is there already is not this command's result" : nil,
      problems == 0
        ? nil : problems == 1 ? "1 folder could not be searched" : "\(problems) folders could not be searched",
    ]
    throw CommandFailure(parts.compactMap { $0 }.joined(separator: ", "))
  }
}

#if os(Linux)
  extension PhotoWatch.Summary {
    var remark: String {
      var text = "\(done) photo\(done == 1 ? "" : "s") done"
      if skipped > 0 { text += ", \(skipped) were there already" }
      if results > 0 {
        text += "; \(results) result\(results == 1 ? "" : "s") of earlier runs there, not taken for photos"
      }
      return text
    }

    /// Throws what was not done.
    func finish() throws(CommandFailure) {
      var lines: [String] = []
      if failed > 0 { lines.append("\(failed) of \(failed + done + unfinished) photos failed") }
      if problems > 0 { lines.append("\(problems) folder\(problems == 1 ? "" : "s") could not be watched") }
      if unfinished > 0 {
        lines.append(
          "stopped: \(unfinished) photo\(unfinished == 1 ? " was" : "s were") waiting and not done;"
            + " the same command with --existing skip goes on")
      }
      guard !lines.isEmpty else { return }
      let signal = unfinished > 0 ? Interruption.requested : nil
      throw CommandFailure(lines: lines, signal.map(Interruption.exitCode) ?? 1)
    }
  }
#endif
