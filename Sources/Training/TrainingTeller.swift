import U2NetMachine
import U2NetPlatform

/// Tells on standard error how a training, or an ablation, is: a bar on a terminal, else a line now and then.
package struct TrainingTeller {
  private let quiet: Bool
  private let steps: Int
  private let isBar: Bool
  private let progress: ConsoleProgress

  /// - Parameters:
  ///   - steps: of each training.
  ///   - total: of all trainings together, of which `done` were made before.
  package init(quiet: Bool, steps: Int, total: Int, done: Int) {
    (self.quiet, self.steps) = (quiet, steps)
    isBar = !quiet && isatty(STDERR_FILENO) != 0
    progress = ConsoleProgress(isBar ? .bar : .none, total: total, done: done)
  }

  package func tell(_ event: TrainingRun.Event) {
    if case .step = event { progress.advance(failed: false) }
    guard case .entry(let entry) = event else { return say(event.line(of: steps)) }
    progress.remark("\(entry)")
    if !isBar { say("\(event.line(of: steps)!)  \(progress.timeLeft) left") }
  }

  package func tell(_ event: Ablation.Event) {
    if case .training(_, .step) = event { progress.advance(failed: false) }
    if case .begun(let run, _) = event { progress.remark(run.name) }
    say(event.line(of: steps))
  }

  package func finish() { progress.finish() }

  private func say(_ line: String?) { if let line, !quiet { progress.note(line) } }
}
