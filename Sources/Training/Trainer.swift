import U2NetCompute
import U2NetGradients
import U2NetMachine
import U2NetPixels
import U2NetNetwork

/// Trains a network on photos and masks in files, step by step.
///
/// What a step does is a function of the checkpoint, the data and the recipe, so a training that goes on from a checkpoint is
/// the one that was never interrupted, bit for bit, with any number of threads.
public final class Trainer {
  /// What one step of the optimiser came to.
  public struct Step: Sendable {
    /// From 1.
    public let number: Int
    /// Before the values moved; the mean over the step's batches.
    public let loss: TrainingStep.Loss
    /// That the step was made with.
    public let learningRate: Double
  }

  /// What it trains by.
  public let recipe: Recipe
  /// Photos and masks that it trains on.
  public let examples: Int
  /// That work on a step; they change no result.
  public let threads: Int
  /// What goes into checkpoints beside values.
  public internal(set) var progress: Checkpoint.Progress
  let configuration: Configuration
  private let metadata: [String: String]
  private let parameters: TrainableParameters
  private let optimizer: Adam
  private var average: ParameterAverage?
  private let loader: BatchLoader
  private let pool: ThreadPool
  private let network: TrainingStep
  private let sum: GradientSum?
  /// Whether the checkpoint is that of a step's end. It is not where a file could not be read in the middle of a step.
  private(set) var isBetweenSteps = true

  /// Steps made so far, in all.
  public var steps: Int { optimizer.steps }
  /// Bytes for maps, gradients and scratch of a batch.
  public var memory: Int { network.memory }

  /// Where the training stands: a copy, which no later step changes.
  public var checkpoint: Checkpoint { snapshot(optimizer.state) }

  /// `Checkpoint.weights` of it, without a copy of the optimiser's moments.
  func weights(source: String) -> ParameterStore {
    snapshot(Adam.State(options: optimizer.options, steps: steps)).weights(source: source)
  }

  private func snapshot(_ state: Adam.State) -> Checkpoint {
    Checkpoint(configuration, parameters, state, average: average, progress: progress, metadata: metadata)
  }

  /// Begins a training, or goes on with one.
  /// - Parameters:
  ///   - dataset: photos and masks.
  ///   - checkpoint: where to begin, or to go on. Where batch normalisation was folded into its weights, it gets one
  ///     back that changes nothing on the first photos.
  ///   - recipe: how it is trained; of one that goes on, only the learning rate may differ from before.
  ///   - threads: that work on a step; the result is the same for any number.
  /// - Throws: `image` or `data` if one of these cannot be read or used, `recipe` if nobody can train by it, `memory` if there is
  ///   too little of it, `changed` if the checkpoint was made with other data or another recipe, but for the learning rate.
  public init(_ dataset: Dataset, from checkpoint: Checkpoint, recipe: Recipe, threads: Int = 1) throws(TrainingError) {
    do { try recipe.validate() } catch { throw .recipe(error) }
    try Self.checkClasses(of: checkpoint.configuration)
    let fingerprint = dataset.fingerprint
    if let progress = checkpoint.progress {
      var changes = recipe.differences(from: progress.recipe)
      if progress.dataset != fingerprint { changes.append("the photos and masks are others") }
      guard changes.isEmpty else { throw .changed(changes) }
    }
    try Self.checkMemory(checkpoint.configuration, recipe, threads: threads, dataset: dataset)
    self.recipe = recipe
    self.threads = threads
    examples = dataset.examples.count
    configuration = checkpoint.configuration
    metadata = checkpoint.metadata
    parameters = TrainableParameters(configuration.outline().map(\.layer), checkpoint.parameters)
    optimizer = Adam(parameters, at: checkpoint.optimizer)
    progress = Checkpoint.Progress(
      recipe: recipe, dataset: fingerprint, best: checkpoint.progress?.best,
      validatedStep: checkpoint.progress?.validatedStep)
    pool = .shared(threads: threads)
    loader = BatchLoader(dataset, recipe, for: configuration.input, threads: threads)
    let side = recipe.augmentation.crop
    network = TrainingStep(
      configuration, parameters: parameters, optimizer: optimizer, images: recipe.batch, height: side, width: side,
      pool: pool)
    sum = recipe.accumulation > 1 ? GradientSum(of: parameters) : nil
    if steps == 0, !parameters.folded.isEmpty { try calibrate() }
    if let mean = checkpoint.average {
      average = ParameterAverage(of: parameters, decay: mean.decay, at: mean.parameters)
    } else if let decay = recipe.averageDecay {
      average = ParameterAverage(of: parameters, decay: decay)
    }
  }

  /// What a training takes in bytes, to be known before there is one.
  public struct Memory: Equatable, Sendable {
    /// Of a batch's maps and gradients and what threads work in: by far the most. It grows with the batch and with the square of
    /// the photos' side.
    public let step: Int
    /// Of the values, their gradients, the optimiser's moments, what else has their size, and a checkpoint while it is written.
    public let values: Int
    /// Of the batches that are worked on and read ahead.
    public let batches: Int
    /// Of photos and masks while they are read and squashed, one for each thread.
    public let loading: Int
    /// What a validation takes more than a checkpoint while it is written.
    public let validation: Int
    /// The sum of these.
    public var total: Int { step + values + batches + loading + validation }
  }

  /// What training `configuration` by `recipe` takes.
  /// - Parameters:
  ///   - configuration: the network to be trained.
  ///   - recipe: how.
  ///   - threads: to train with.
  ///   - dataset: examined, so that it is known how large photos are.
  ///   - validation: what the network will be scored by.
  public static func memory(
    _ configuration: Configuration, _ recipe: Recipe, threads: Int, dataset: Dataset? = nil,
    validation: Validation? = nil
  ) -> Memory {
    let side = recipe.augmentation.crop, parameters = TrainableParameters.memory(configuration.outline().map(\.layer))
    let whole = Double(recipe.augmentation.side) * (1 + recipe.augmentation.scale)
    // Three planes and the mask's levels.
    let squashed = Int(whole * whole) * (3 * MemoryLayout<Float>.size + 1)
    let copied = copies(recipe) * parameters
    let scoring = validation.map { copied + $0.memory(for: configuration) } ?? 0
    let kinds = 4 + (recipe.accumulation > 1 ? 1 : 0) + (recipe.averageDecay == nil ? 0 : 1)
    let saved = 2 + copies(recipe)
    return Memory(
      step: TrainingStep.memory(configuration, images: recipe.batch, height: side, width: side, threads: threads),
      values: (kinds + saved) * parameters, batches: 2 * recipe.batch * 4 * side * side * MemoryLayout<Float>.size,
      loading: min(threads, recipe.batch) * ((dataset?.bytesToRead ?? 0) + squashed),
      validation: max(0, scoring - saved * parameters))
  }

  /// How many times the values are copied for whoever is to predict with them.
  private static func copies(_ recipe: Recipe) -> Int { 1 + (recipe.averageDecay == nil ? 0 : 1) }

  /// Bytes of these copies.
  var copiedValues: Int { Self.copies(recipe) * parameters.memory }

  /// To be asked before there is anything of a training: where memory is lacking in the middle of it, the program stops.
  /// Parameters as for `memory`.
  /// - Throws: `memory` if there is too little of it.
  public static func checkMemory(
    _ configuration: Configuration, _ recipe: Recipe, threads: Int, dataset: Dataset? = nil,
    validation: Validation? = nil
  ) throws(TrainingError) {
    let plan = memory(configuration, recipe, threads: threads, dataset: dataset, validation: validation)
    let needed = plan.total, available = ResourceLimits.availableMemory
    guard needed > available else { return }
    let side = recipe.augmentation.crop
    throw .memory(
      MemoryShortage(
        "a step of training the \(configuration.name) network with \(recipe.batch) photos of \(side)×\(side) pixels"
          + (plan.validation > 0 ? ", and its validation," : ""),
        needed: needed, available: available,
        advice: "choose a smaller --batch, with --accumulate if you like, or a smaller --size"))
  }

  /// Photos, at least, that folded batch normalisation gets its statistics back from.
  private static let calibrationPhotos = 64

  private func calibrate() throws(TrainingError) {
    for number in 0..<(Self.calibrationPhotos + recipe.batch - 1) / recipe.batch {
      network.calibrate(images: .init(try loader.take(number).images), pass: number + 1)
    }
  }

  static func checkClasses(of configuration: Configuration) throws(TrainingError) {
    if configuration.classes > 1 { throw .classes(configuration.classes) }
  }

  /// Makes one step of training.
  /// - Throws: `image` or `data` if a file cannot be read or used, `diverged` if the loss is not finite; no values are changed then.
  public func step() throws(TrainingError) -> Step {
    let before = steps
    var loss: TrainingStep.Loss?
    sum?.reset()
    for part in 0..<recipe.accumulation {
      let batch = try loader.take(before * recipe.accumulation + part)
      isBetweenSteps = false
      let its = network.computeGradients(images: .init(batch.images), masks: .init(batch.masks))
      loss = loss.map { $0 + its } ?? its
      sum?.add(pool: pool)
    }
    let mean = loss! / Double(recipe.accumulation)
    guard mean.total.isFinite else { throw .diverged(step: before + 1, checkpoint: nil) }
    sum?.putMean(pool: pool)
    optimizer.options.learningRate = recipe.learningRate.rate(after: before)
    optimizer.step(pool: pool)
    average?.update(step: steps, pool: pool)
    isBetweenSteps = true
    return Step(number: steps, loss: mean, learningRate: optimizer.options.learningRate)
  }
}
