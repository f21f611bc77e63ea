import U2Net
import U2NetMachine

extension FileBatch.Summary {
  /// Throws what there is to say at the end. Of one photo all has been said.
  func finish(isOnePhoto: Bool) throws(CommandFailure) {
    let signal = Interruption.requested.map(Interruption.exitCode)
    if isOnePhoto {
      guard let code = failed > 0 ? 1 : signal else { return }
      throw CommandFailure(lines: [], exitCode: code)
    }
    if let signal, done < total {
      throw CommandFailure(
        lines: ["stopped: \(done - failed) of \(total) photos are done; the same command with --existing skip goes on"],
        exitCode: signal)
    }
    if let failure { throw CommandFailure(lines: [failure]) }
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
      throw CommandFailure(lines: lines, exitCode: signal.map(Interruption.exitCode) ?? 1)
    }
  }
#endif
