package import U2NetFiles
import U2NetNetwork
import U2NetPlatform

/// What a training begins with, or goes on with. ``training(recipe:examples:validation:remark:)`` finds out what could keep it
/// from its first step before anything is written, and what takes no time to find out first: files that are there, the
/// checkpoint, the recipe; then photos and masks, then memory.
///
///     var setup = TrainingSetup(options, from: .fresh(.lite))
///     setup.existing = .replace
///     let training = try setup.training(recipe: { $0 }, examples: { try Dataset(folder: "DUTS-TR") })
///     _ = try training.run()
public struct TrainingSetup {
  /// Where the values come from.
  public enum Origin: Sendable {
    /// By chance, from the recipe's seed.
    case fresh(Configuration)
    /// From a trained network; its training begins anew.
    case network(TrainedNetwork)
    /// From the checkpoint in `TrainingRun.Options.output`: the training goes on.
    case checkpoint
  }

  /// What to do where a training's files are, unless it goes on.
  public enum ExistingTraining: Sendable {
    /// Nothing at all: an error.
    case refuse
    /// Replace them; the best network's file is removed at once, for it would be another training's.
    case replace
  }

  /// How long to train, and what to write when.
  public var options: TrainingRun.Options
  /// Where to begin.
  public var origin: Origin
  /// By default nothing is done if a training is there.
  public var existing = ExistingTraining.refuse
  /// That work on a step, at least 1; no result depends on it.
  public var threads = 1
  private var inUse = FilesInUse()

  /// A training by one thread that replaces nothing.
  /// - Parameters:
  ///   - options: its length and files.
  ///   - origin: where it begins.
  public init(_ options: TrainingRun.Options, from origin: Origin) { (self.options, self.origin) = (options, origin) }

  /// Keeps a file that the program reads from being replaced by one of the training's.
  /// - Parameters:
  ///   - path: the file; links are seen through.
  ///   - what: what messages call it, "the weights".
  public mutating func protect(_ path: String, as what: String) { protect(FilePath(path), as: what) }

  /// As `protect(_:as:)` of a `String`, for names that need not be UTF-8.
  package mutating func protect(_ path: FilePath, as what: String) { inUse.add(path, as: what) }

  /// Checks the files alone, for whoever has weights to read before there is an origin.
  /// - Throws: `exists`; `file` if one of the training's files would replace one that is read.
  public func checkFiles() throws(TrainingError) {
    if isNew, existing == .refuse, let file = options.files.first(where: \.exists) { throw .exists(path: "\(file)") }
    try check(inUse)
  }

  /// The training, ready for its next step.
  /// - Parameters:
  ///   - recipe: makes it of the recipe of the training that goes on, or of the network's authors, with the steps of this one.
  ///   - examples: what to train on; called once files, checkpoint and recipe are well.
  ///   - validation: what to score the network on; nil: nothing.
  ///   - remark: told what the user should know.
  /// - Throws: `TrainingError`; what `recipe`, `examples` and `validation` throw.
  public func training(
    recipe: (Recipe) throws -> Recipe, examples: () throws -> Dataset, validation: () throws -> Dataset? = { nil },
    remark: (String) -> Void = { _ in }
  ) throws -> TrainingRun {
    try checkFiles()
    let checkpoint = try checkpoint(recipe), made = checkpoint.optimizer.steps
    guard made <= options.steps else {
      throw TrainingError.stepsMade(path: options.output, made: made, asked: options.steps)
    }
    let before = checkpoint.progress?.recipe,
      recipe = try recipe(whole(before ?? Recipe(for: checkpoint.configuration)))
    if let rate = before?.learningRate, rate != recipe.learningRate,
      recipe.learningRate.schedule == .cosine || rate.base != recipe.learningRate.base
    {
      remark("the learning rate is not what it was when this training was begun")
    }
    let examples = try examples()
    try check(files(of: examples))
    let scored = try validation()
    if let scored { try check(files(of: scored)) }
    let validation = scored.map { Validation($0, as: recipe.augmentation, threads: threads) }
    try Trainer.checkMemory(
      checkpoint.configuration, recipe, threads: threads, dataset: examples, validation: validation)
    do { try options.file.makeFolders() } catch {
      throw TrainingError.file(path: "\(error.path)", reason: error.reason)
    }
    let trainer = try Trainer(examples, from: checkpoint, recipe: recipe, threads: threads)
    if isNew, existing == .replace { options.bestFile.withCString { _ = unlink($0) } }
    return try TrainingRun(trainer, validation: validation, options: options)
  }

  private var isNew: Bool { if case .checkpoint = origin { false } else { true } }

  private func checkpoint(_ recipe: (Recipe) throws -> Recipe) throws -> Checkpoint {
    switch origin {
    case .checkpoint:
      do { return try Checkpoint(options.file) } catch { throw TrainingError.weights(error) }
    case .network(let network): return Checkpoint(network)
    case .fresh(let configuration):
      try Trainer.checkClasses(of: configuration)
      let recipe = try recipe(whole(Recipe(for: configuration)))
      // Before the values are made.
      try Trainer.checkMemory(configuration, recipe, threads: threads)
      return Checkpoint(configuration, seed: recipe.seed)
    }
  }

  /// A recipe that knows where the training ends.
  private func whole(_ recipe: Recipe) -> Recipe {
    var recipe = recipe
    recipe.learningRate.steps = options.steps
    return recipe
  }

  private func files(of dataset: Dataset) -> FilesInUse {
    var files = FilesInUse()
    files.add(dataset)
    return files
  }

  private func check(_ inUse: FilesInUse) throws(TrainingError) {
    for file in options.files { try inUse.checkOutput(file) }
  }
}
