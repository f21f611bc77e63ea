import U2NetPlatform
import U2NetTraining

/// Tells on standard error how a training, or an ablation, is: a bar on a terminal, else a line now and then.
struct TrainingTeller {
  private let quiet: Bool
  private let steps: Int
  private let isBar: Bool
  private let progress: Progress

  /// - Parameters:
  ///   - steps: of each training.
  ///   - total: of all trainings together, of which `done` were made before.
  init(quiet: Bool, steps: Int, total: Int, done: Int) {
    (self.quiet, self.steps) = (quiet, steps)
    isBar = !quiet && isatty(STDERR_FILENO) != 0
    progress = Progress(isBar ? .bar : .none, total: total, done: done)
  }

  func tell(_ event: TrainingRun.Event) {
    switch event {
    case .step: progress.advance(failed: false)
    case .entry(let entry):
      progress.remark("\(entry)")
      if !isBar { say("step \(entry.step) of \(steps)  \(entry)  \(progress.timeLeft) left") }
    case .validated(let result, let step, let isBest): say("step \(step)  \(result)" + (isBest ? "  best" : ""))
    case .saved: break
    }
  }

  func tell(_ event: Ablation.Event) {
    switch event {
    case .begun(let run, let made):
      progress.remark(run.name)
      say("\(run.name): \(made) of \(steps) steps made")
    case .training(_, .step): progress.advance(failed: false)
    case .training(let run, .validated(let result, let step, _)): say("\(run.name): step \(step)  \(result)")
    case .training: break
    case .finished(let run): say("\(run.name): done")
    }
  }

  func finish() { progress.finish() }

  private func say(_ line: String) { if !quiet { progress.note(line) } }
}
