import U2NetCompute
import U2NetEvaluation
import Foundation
import U2NetImageFiles
import U2NetSafetensors
import Synchronization
import Testing
import U2NetTraining
import U2NetNetwork

struct RunTests {
  /// A run of `steps` steps in `folder`, validated on the data that it trains on.
  @discardableResult
  func run(
    _ steps: Int, in folder: DataFolder, _ name: String = "mine", from checkpoint: Checkpoint? = nil,
    average: Double? = 0.5, stop: @escaping @Sendable () -> Bool = { false }, learningRate: Double = 1e-3,
    onEvent: (TrainingRun.Event) -> Void = { _ in }
  ) throws -> TrainingRun.End {
    let dataset = try folder.dataset(3)
    let trainer = try TrainerTests.trainer(dataset, from: checkpoint ?? Checkpoint(CheckpointTests.narrow, seed: 3)) {
      $0.averageDecay = average
      $0.learningRate.base = learningRate
    }
    var options = TrainingRun.Options(steps: steps, output: "\(folder.path)/\(name).safetensors")
    (options.checkpointEvery, options.validateEvery, options.logEvery) = (3, 2, 2)
    let validation = Validation(dataset, as: trainer.recipe.augmentation, threads: 2)
    return try TrainingRun(trainer, validation: validation, options: options).run(shouldStop: stop, onEvent: onEvent)
  }

  func contents(_ folder: DataFolder, _ name: String) throws -> Data {
    try Data(contentsOf: URL(filePath: "\(folder.path)/\(name)"))
  }

  /// The log without what depends on time.
  func log(_ folder: DataFolder, _ name: String = "mine") throws -> [String] {
    String(decoding: try contents(folder, "\(name).jsonl"), as: UTF8.self).split(separator: "\n").map { line in
      String(line.replacing(/"images_per_second":[0-9.]+,/, with: ""))
    }
  }

  @Test func logsValidatesAndKeepsTheBest() throws {
    let folder = try DataFolder()
    var events: [String] = []
    let end = try run(
      5, in: folder,
      onEvent: { event in
        switch event {
        case .step(let step): events.append("step \(step.number)")
        case .entry(let entry): events.append("entry \(entry.step)")
        case .validated(_, let step, _): events.append("validated \(step)")
        case .saved(let step): events.append("saved \(step)")
        }
      })
    #expect(end == .finished)
    #expect(
      events == [
        "step 1", "step 2", "entry 2", "validated 2", "step 3", "saved 3", "step 4", "entry 4", "validated 4", "step 5",
        "entry 5", "validated 5", "saved 5",
      ])
    let lines = try log(folder)
    for (line, step) in zip(lines, [2, 2, 4, 4, 5, 5]) { #expect(line.contains("\"step\":\(step)"), "\(line)") }
    #expect(lines.count == 6 && lines[0].hasPrefix("{\"learning_rate\":0.001,\"loss\":"), "\(lines)")
    #expect(lines[1].hasPrefix("{\"best\":true,") && lines[1].contains("\"s_measure\":"))

    // The best one's file scores what the log says, on the running mean of the weights.
    let checkpoint = try Checkpoint(path: "\(folder.path)/mine.safetensors")
    let best = checkpoint.progress!.best!
    let file = try Safetensors.read(path: "\(folder.path)/mine-best.safetensors")
    #expect(file.metadata["step"] == "\(best.step)" && file.metadata["mae"] == "\(best.score)")
    let validation = Validation(try folder.dataset(3), as: checkpoint.progress!.recipe.augmentation)
    let again = try validation.run(TrainedNetwork(file))!
    #expect(again.scores[.mae] == best.score)
    #expect(again.loss.isFinite && again.loss > 0)
    #expect(try validation.run(TrainedNetwork(file), shouldStop: { true }) == nil)
  }

  @Test func aStoppedRunGoesOnAsIfItWereNot() throws {
    let (whole, parted) = (try DataFolder(), try DataFolder())
    try run(7, in: whole)
    // Stopped in the middle of the validation after step 4.
    let state = Mutex((validations: 0, questions: 0))
    let end = try run(
      7, in: parted,
      stop: {
        state.withLock { state in
          if state.validations == 1 { state.questions += 1 }
          return state.questions > 3
        }
      },
      onEvent: { event in
        if case .validated = event { state.withLock { $0.validations += 1 } }
      })
    #expect(end == .stopped)
    let path = "\(parted.path)/mine.safetensors"
    let stopped = try Checkpoint(path: path)
    #expect(stopped.optimizer.steps == 4 && stopped.progress?.validatedStep == 2)
    // What a run that died after its last checkpoint has left in the log is made again.
    let log = "\(parted.path)/mine.jsonl"
    try (contents(parted, "mine.jsonl") + Data("{\"step\":6,\"loss\":1}\n{\"ste".utf8)).write(to: URL(filePath: log))
    #expect(try run(7, in: parted, from: stopped) == .finished)
    for name in ["mine.safetensors", "mine-best.safetensors"] {
      #expect(try contents(parted, name) == contents(whole, name), "\(name)")
    }
    #expect(try self.log(parted) == self.log(whole))
  }

  @Test func infinityNeverReplacesACheckpoint() throws {
    let folder = try DataFolder()
    try run(3, in: folder, average: nil)
    let good = try contents(folder, "mine.safetensors")
    let checkpoint = try Checkpoint(path: "\(folder.path)/mine.safetensors")
    var message = ""
    do { try run(9, in: folder, from: checkpoint, average: nil, learningRate: 1e38) } catch { message = "\(error)" }
    #expect(message.hasPrefix("step ") && message.contains("mine.safetensors, the last good"), "\(message)")
    #expect(try contents(folder, "mine.safetensors") == good)
  }

  @Test func aFileThatGoesBadLeavesACheckpoint() throws {
    let folder = try DataFolder()
    let photo = "\(folder.path)/images/1.png"
    var message = ""
    do {
      try run(
        50, in: folder,
        onEvent: { event in
          if case .step(let step) = event, step.number == 1 { try? Data("no".utf8).write(to: URL(filePath: photo)) }
        })
    } catch { message = "\(error)" }
    #expect(message.contains(photo), "\(message)")
    let checkpoint = try Checkpoint(path: "\(folder.path)/mine.safetensors")
    #expect(checkpoint.optimizer.steps >= 1)
  }
}
