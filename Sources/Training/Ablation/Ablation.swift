import U2NetCompute
import U2NetEvaluation
internal import U2NetFiles
import U2NetImageFiles
import U2NetSafetensors
import U2NetNetwork

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Trains the networks of a plan one after the other and compares them.
///
/// Files in `folder`: `plan.json`, what was planned; a folder for each training, `RSU-seed1`, with `checkpoint.safetensors`,
/// `checkpoint-best.safetensors`, the log `checkpoint.jsonl` and, when it is done, `metrics.json`; `speed.json`; and the report.
/// A training that was stopped, or killed, goes on from its checkpoint to the same result, bit for bit.
public final class Ablation {
  /// Where an ablation works, and how.
  public struct Options: Sendable {
    /// For all its files; made where it is missing.
    public var folder: String
    /// That work on a step, or on photos of a validation at the same time.
    public var threads = 1
    /// Steps between two checkpoints.
    public var checkpointEvery = 500
    /// Steps between two validations.
    public var validateEvery = 500

    /// An ablation in `folder`, with one thread.
    public init(folder: String) { self.folder = folder }
  }

  /// What has just happened.
  public enum Event: Sendable {
    /// `steps` have been made before.
    case begun(AblationPlan.Run, steps: Int)
    /// Something in the training of a run.
    case training(AblationPlan.Run, TrainingRun.Event)
    /// The run's metrics are written.
    case finished(AblationPlan.Run)
  }

  /// What is trained.
  public let plan: AblationPlan
  let training, validation: Dataset
  let options: Options
  let folder: FilePath

  /// An ablation, or one that goes on in its folder.
  /// - Throws: `changed` if `folder` holds an ablation of another plan; more blocks, seeds or steps are no other plan, nor are
  ///   fewer blocks or seeds; `file` if one of its files would replace a photo or a mask, or is a stranger's.
  public init(
    _ plan: AblationPlan, training: Dataset, validation: Dataset, options: Options
  ) throws(TrainingError) {
    (self.plan, self.training, self.validation, self.options) = (plan, training, validation, options)
    folder = FilePath(options.folder)
    var inUse = FilesInUse()
    for dataset in [training, validation] { inUse.add(dataset) }
    for file in plan.files { try inUse.checkOutput(folder.appending(file.utf8)) }
    try makeFolder(options.folder)
    let signature = Signature(
      reference: plan.reference.text, match: plan.match, recipe: plan.recipe, training: training.fingerprint,
      validation: validation.fingerprint)
    if let before = try signatureThere() {
      let changes = signature.differences(from: before)
      guard changes.isEmpty else { throw .changed(changes.map { "\(options.folder): \($0)" }) }
    } else {
      try refuseStrangers()
      try write(json: Versioned(signature), to: "plan.json")
    }
  }

  /// Without a plan, what is called as an ablation's files are is somebody else's.
  private func refuseStrangers() throws(TrainingError) {
    let names = ["report.html", "report.csv", "speed.json"] + plan.runs.map(\.name)
    guard let first = names.first(where: { folder.appending(Array($0.utf8)).exists }) else { return }
    throw .file(
      path: "\(options.folder)/\(first)",
      reason: "this exists, and no plan.json beside it says that it is an ablation's; choose another folder")
  }

  /// What must not change while an ablation goes on.
  private struct Signature: Codable {
    let reference: String
    let match: AblationPlan.Match
    var recipe: Recipe
    let training, validation: String

    func differences(from other: Signature) -> [String] {
      var changes = recipe.differences(from: other.recipe)
      var (mine, its) = (recipe.learningRate, other.recipe.learningRate)
      if mine.schedule == .constant { (mine.steps, its.steps) = (0, 0) }
      if mine != its { changes.append("the learning rate is another") }
      if reference != other.reference { changes.append("the stages' widths are others") }
      if match != other.match { changes.append("match is \(match.rawValue), was \(other.match.rawValue)") }
      if training != other.training { changes.append("the photos and masks to train on are others") }
      if validation != other.validation { changes.append("the photos and masks to validate on are others") }
      return changes
    }
  }

  /// What the folder's `plan.json` says; nil if there is none. Its version is that of the whole folder.
  private func signatureThere() throws(TrainingError) -> Signature? {
    let file = folder.appending("plan.json".utf8), path = "\(options.folder)/plan.json"
    guard file.exists else { return nil }
    let bytes: [UInt8]
    do { bytes = try file.contents() } catch { throw .file(path: path, reason: error.reason) }
    do {
      return try JSONDecoder().decode(Versioned<Signature>.self, from: Data(bytes)).value
    } catch let error as NewerVersion {
      throw .file(path: path, reason: "\(error)")
    } catch {
      throw .file(
        path: path,
        reason: "this is not an ablation's plan; it was emptied or damaged, or the folder is another program's")
    }
  }

  /// Makes what is missing, until all is done or it is to stop. After every training the report is written anew.
  /// - Parameters:
  ///   - pictures: how many photos of the validation set the report shows with every block's mask.
  ///   - shouldStop: asked after every step, and on any thread before every photo of a validation.
  ///   - onEvent: told what happens, on the caller's thread.
  /// - Throws: `TrainingError`; a training whose values do not stay finite keeps no other one from its end, `data` names it then.
  public func run(
    pictures: Int, shouldStop: @escaping @Sendable () -> Bool = { false }, onEvent: (Event) -> Void = { _ in }
  ) throws(TrainingError) -> TrainingRun.End {
    let speeds = try speeds()
    var diverged: [String] = [], isReported = false
    for run in plan.runs where !isDone(run) {
      let scoring = Validation(validation, as: plan.recipe.augmentation, threads: options.threads)
      try Trainer.checkMemory(
        run.variant.configuration, plan.recipe(for: run), threads: options.threads, dataset: training,
        validation: scoring)
      let checkpoint = try checkpoint(of: run)
      let steps = checkpoint.optimizer.steps
      guard steps <= plan.steps else {
        throw .changed(["\(run.name) has made \(steps) steps, more than \(plan.steps)"])
      }
      onEvent(.begun(run, steps: steps))
      if steps < plan.steps || checkpoint.progress?.validatedStep != steps {
        let trainer = try Trainer(training, from: checkpoint, recipe: plan.recipe(for: run), threads: options.threads)
        var its = TrainingRun.Options(steps: plan.steps, output: path(of: run))
        (its.checkpointEvery, its.validateEvery) = (options.checkpointEvery, options.validateEvery)
        let end: TrainingRun.End
        do {
          end = try TrainingRun(trainer, validation: scoring, options: its)
            .run(shouldStop: shouldStop) { onEvent(.training(run, $0)) }
        } catch .diverged(let step, let checkpoint) {
          diverged.append("\(run.name): \(TrainingError.diverged(step: step, checkpoint: checkpoint))")
          continue
        }
        if end == .stopped || trainer.progress.validatedStep != plan.steps { return .stopped }
        if steps == plan.steps { try save(trainer.checkpoint, to: its.output) }
      }
      try write(json: AblationMetrics(run, of: self), to: "\(run.name)/metrics.json")
      onEvent(.finished(run))
      try writeReport(speeds, pictures: pictures)
      isReported = true
    }
    if !isReported { try writeReport(speeds, pictures: pictures) }  // With other pictures, or none.
    guard diverged.isEmpty else { throw .data(diverged) }
    return .finished
  }

  private func save(_ checkpoint: Checkpoint, to path: String) throws(TrainingError) {
    do { try checkpoint.write(to: path) } catch { throw .weights(error) }
  }

  /// Where the training stands.
  private func checkpoint(of run: AblationPlan.Run) throws(TrainingError) -> Checkpoint {
    let path = path(of: run), name = FilePath(path)
    guard name.byteCount != nil else {
      try makeFolder("\(options.folder)/\(run.name)")
      return Checkpoint(run.variant.configuration, seed: run.seed)
    }
    let checkpoint: Checkpoint
    do { checkpoint = try Checkpoint(path: path, kinds: plan.kinds) } catch { throw .weights(error) }
    guard checkpoint.configuration.text == run.variant.configuration.text else {
      throw .changed(["\(path): the network is another one"])
    }
    return checkpoint
  }

  /// Steps that all trainings together have made here.
  public var stepsMade: Int {
    plan.runs.reduce(0) { sum, run in
      if isDone(run) { return sum + plan.steps }
      return sum + ((try? Checkpoint(path: path(of: run), kinds: plan.kinds))?.optimizer.steps ?? 0)
    }
  }

  /// Whether the training of `run` has come to its end here.
  func isDone(_ run: AblationPlan.Run) -> Bool {
    let metrics: AblationMetrics? = read("\(run.name)/metrics.json")
    return metrics?.steps == plan.steps && metrics?.stages == run.variant.configuration.text
  }

  func path(of run: AblationPlan.Run) -> String { "\(options.folder)/\(run.name)/checkpoint.safetensors" }

  // MARK: - Files

  private func makeFolder(_ path: String) throws(TrainingError) {
    do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
      throw .file(path: path, reason: "cannot make this folder")
    }
  }

  func read<Value: Decodable>(_ name: String) -> Value? {
    guard let bytes = try? folder.appending(Array(name.utf8)).contents() else { return nil }
    return try? JSONDecoder().decode(Value.self, from: Data(bytes))
  }

  func write(json value: some Encodable, to name: String) throws(TrainingError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    try write(Array(try! encoder.encode(value)) + [UInt8(ascii: "\n")], to: name)  // Finite numbers and strings only.
  }

  func write(_ bytes: some Sequence<UInt8>, to name: String) throws(TrainingError) {
    do {
      try ImageFile.write(Array(bytes), to: "\(options.folder)/\(name)")
    } catch { throw .image(error) }
  }
}

extension Ablation.Event {
  /// What there is to say of it, in one line; nil for what there is too much of: steps, means and checkpoints.
  /// - Parameter steps: of each training.
  public func line(of steps: Int) -> String? {
    switch self {
    case .begun(let run, let made): "\(run.name): \(made) of \(steps) steps made"
    case .training(let run, .validated(let result, let step, _)): "\(run.name): step \(step)  \(result)"
    case .training: nil
    case .finished(let run): "\(run.name): done"
    }
  }
}
