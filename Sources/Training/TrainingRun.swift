import U2NetCompute
import U2NetEvaluation
package import U2NetFiles
import U2NetMachine
import U2NetPlatform
import U2NetSafetensors
import U2NetNetwork

/// A training from where its trainer stands to its last step: checkpoints, validation, the best network, a log.
///
/// Files: `output` is the checkpoint; beside it lie `NAME-best.safetensors`, weights only, and `NAME.jsonl`, the log. All but
/// the log are replaced as a whole or not at all.
public final class TrainingRun {
  /// How long to train, and what to write when.
  public struct Options: Sendable {
    /// Steps in all, those before included.
    public var steps: Int
    /// The checkpoint's file, "mine.safetensors"; it is a weight file, too.
    public var output: String {
      get { "\(file)" }
      set { file = FilePath(newValue) }
    }
    /// The same as the system has it: bytes, which need not be UTF-8.
    package var file: FilePath
    /// Steps between two checkpoints, at least 1.
    public var checkpointEvery = 2000
    /// Steps between two validations, at least 1.
    public var validateEvery = 2000
    /// Steps between two lines of the log, at least 1.
    public var logEvery = 10
    /// What decides which network is the best: the lowest error, or else the highest score.
    public var criterion = Measure.mae

    /// To train until `steps` steps are made, with checkpoints at `output`.
    public init(steps: Int, output: String) { self.init(steps: steps, file: FilePath(output)) }

    package init(steps: Int, file: FilePath) {
      self.steps = steps
      self.file = file
    }

    private func neighbour(_ suffix: String) -> FilePath {
      let stem = file.fileExtension == "safetensors" ? file.withoutExtension : file
      return FilePath(bytes: stem.bytes + suffix.utf8)
    }
    /// The best network's weight file, beside `output`: "mine-best.safetensors".
    public var bestOutput: String { "\(bestFile)" }
    /// The log, beside `output`: "mine.jsonl", a JSON object a line.
    public var log: String { "\(logFile)" }
    var bestFile: FilePath { neighbour("-best.safetensors") }
    var logFile: FilePath { neighbour(".jsonl") }
    /// All that is written.
    var files: [FilePath] { [file, bestFile, logFile] }
  }

  /// Some steps together: means since the entry before.
  public struct Entry: Sendable {
    /// The last of them, from 1.
    public let step: Int
    /// The mean over these steps.
    public let loss: TrainingStep.Loss
    /// Of the last step.
    public let learningRate: Double
    /// Of training alone, without validations and checkpoints.
    public let imagesPerSecond: Double
  }

  /// What has just happened.
  public enum Event: Sendable {
    /// A step was made.
    case step(Trainer.Step)
    /// The log has one more line.
    case entry(Entry)
    /// The network of `step` was scored; `isBest` if it is the first or better than all before.
    case validated(Validation.Result, step: Int, isBest: Bool)
    /// The checkpoint is written.
    case saved(step: Int)
  }

  /// Why a training came to its end.
  public enum End: Sendable {
    /// All steps are made.
    case finished
    /// It was to stop; what was reached is saved.
    case stopped
  }

  /// What makes the steps.
  public let trainer: Trainer
  private let validation: Validation?
  private let options: Options
  private let log: TrainingLog
  /// The step of the checkpoint in `output`; nil if there is none of this training.
  private var savedStep: Int?
  private var lastGood: String? { savedStep.map { _ in options.output } }

  /// A training that goes on where `trainer` stands.
  /// - Throws: if the log cannot be written.
  public init(_ trainer: Trainer, validation: Validation? = nil, options: Options) throws(TrainingError) {
    precondition(
      min(options.checkpointEvery, options.validateEvery, options.logEvery) > 0, "intervals must be positive")
    self.trainer = trainer
    self.validation = validation
    self.options = options
    savedStep = trainer.steps > 0 ? trainer.steps : nil
    AtomicFile.removeAbandoned(of: options.files)
    log = try TrainingLog(path: options.logFile, after: trainer.steps)
  }

  /// Trains to the end, or until it is to stop: then what was reached is saved.
  /// - Parameters:
  ///   - shouldStop: asked after every step, and on any thread before every photo of a validation.
  ///   - onEvent: told what happens, on the caller's thread.
  /// - Throws: `TrainingError`; what could be saved then is saved, and never values that are not finite.
  public func run(
    shouldStop: @escaping @Sendable () -> Bool = { false }, onEvent: (Event) -> Void = { _ in }
  ) throws(TrainingError) -> End {
    do { return try train(shouldStop, onEvent) } catch .diverged(let step, _) {
      throw .diverged(step: step, checkpoint: lastGood)
    } catch {
      if trainer.isBetweenSteps, trainer.steps != savedStep ?? 0 { try save(onEvent) }
      throw error
    }
  }

  private func train(
    _ shouldStop: @escaping @Sendable () -> Bool, _ onEvent: (Event) -> Void
  ) throws(TrainingError) -> End {
    try checkMemoryForValidation()
    if isValidationDue { try validate(shouldStop, onEvent) }  // It was stopped there.
    var tally = Tally()
    while trainer.steps < options.steps {
      if shouldStop() {
        try save(onEvent)
        return .stopped
      }
      let step = try trainer.step()
      tally.add(step, images: trainer.recipe.examplesPerStep)
      onEvent(.step(step))
      let isLast = step.number == options.steps
      if step.number % options.logEvery == 0 || isLast {
        let entry = tally.entry()
        try log.append(entry)
        onEvent(.entry(entry))
        tally = Tally()
      }
      if isValidationDue { try validate(shouldStop, onEvent) }
      if step.number % options.checkpointEvery == 0 || isLast { try save(onEvent) }
      tally.restartClock()
    }
    return .finished
  }

  private func save(_ onEvent: (Event) -> Void) throws(TrainingError) {
    let store = trainer.checkpoint.store(source: options.output)
    guard store.names.allSatisfy({ store[$0]!.isFinite }) else {
      throw .diverged(step: trainer.steps, checkpoint: nil)
    }
    do { try Safetensors.write(store, to: options.file) } catch { throw .weights(error) }
    savedStep = trainer.steps
    onEvent(.saved(step: trainer.steps))
  }

  // MARK: - Validation

  /// Before the first step rather than after thousands.
  private func checkMemoryForValidation() throws(TrainingError) {
    guard let validation, trainer.steps < options.steps else { return }
    do { try validation.checkMemory(for: trainer.configuration, values: trainer.copiedValues) } catch {
      throw .memory(error)
    }
  }

  private var isValidationDue: Bool {
    let step = trainer.steps
    return validation != nil && step > 0 && trainer.progress.validatedStep != step
      && (step % options.validateEvery == 0 || step == options.steps)
  }

  private func validate(_ shouldStop: @Sendable () -> Bool, _ onEvent: (Event) -> Void) throws(TrainingError) {
    guard let validation else { return }
    var progress = trainer.progress
    let step = trainer.steps
    var store = trainer.weights(source: options.bestOutput)
    guard store.names.allSatisfy({ store[$0]!.isFinite }) else { throw .diverged(step: step, checkpoint: nil) }
    let network: TrainedNetwork
    do { network = try TrainedNetwork(store, as: trainer.configuration) } catch { throw .weights(error) }
    guard let result = try validation.run(network, shouldStop: shouldStop) else { return }
    guard result.loss.isFinite, result.scores.values.allSatisfy(\.isFinite),
      let score = result.scores[options.criterion]
    else { throw .diverged(step: step, checkpoint: nil) }
    var best = progress.best
    if best?.measure != options.criterion.rawValue || best?.dataset != validation.fingerprint { best = nil }
    let isBest = best.map { options.criterion.isError ? score < $0.score : score > $0.score } ?? true
    if isBest {
      store.metadata["step"] = "\(step)"
      store.metadata[options.criterion.rawValue] = "\(score)"
      do { try Safetensors.write(store, to: options.bestFile) } catch { throw .weights(error) }
      progress.best = Checkpoint.Best(
        step: step, score: score, measure: options.criterion.rawValue, dataset: validation.fingerprint)
    }
    progress.validatedStep = step
    trainer.progress = progress
    try log.append(result, step: step, isBest: isBest)
    onEvent(.validated(result, step: step, isBest: isBest))
  }
}

/// Steps since the last entry of the log, and the time that they took without what is between them.
private struct Tally {
  private var loss: TrainingStep.Loss?
  private var last: Trainer.Step?
  private var count = 0, images = 0
  private var time = Duration.zero
  private var start = ContinuousClock.now

  mutating func add(_ step: Trainer.Step, images: Int) {
    loss = loss.map { $0 + step.loss } ?? step.loss
    last = step
    count += 1
    self.images += images
    time += start.duration(to: .now)
    start = .now
  }

  mutating func restartClock() { start = .now }

  /// - Precondition: a step was added.
  func entry() -> TrainingRun.Entry {
    TrainingRun.Entry(
      step: last!.number, loss: loss! / Double(count), learningRate: last!.learningRate,
      imagesPerSecond: Double(images) / max(1e-9, time.inSeconds))
  }
}

extension TrainingRun.Entry: CustomStringConvertible {
  /// "loss 1.2345  fused 0.1234  12.3 images/s"
  public var description: String {
    "loss \(fixed(loss.total, places: 4))  fused \(fixed(loss.fused, places: 4))  \(fixed(imagesPerSecond, places: 1)) images/s"
  }
}

extension TrainingRun: CustomStringConvertible {
  /// "3 examples, 0 of 5 steps made, 12 MB for a batch"
  public var description: String {
    "\(trainer.examples) examples, \(trainer.steps) of \(options.steps) steps made, \(trainer.memory >> 20) MB for a batch"
  }
}

extension TrainingRun.Event {
  /// What there is to say of it, in one line; nil for a single step and for a checkpoint.
  /// - Parameter steps: of the whole training.
  public func line(of steps: Int) -> String? {
    switch self {
    case .entry(let entry): "step \(entry.step) of \(steps)  \(entry)"
    case .validated(let result, let step, let isBest): "step \(step)  \(result)" + (isBest ? "  best" : "")
    case .step, .saved: nil
    }
  }
}
