import ArgumentParser
import U2NetTraining

/// What decides where a training leads. What is not said is as the authors did, or, where a training goes on, as it was.
struct RecipeOptions: ParsableArguments {
  @Option(help: "Photos that go through the network at the same time (default: 12; isnet 8).")
  var batch: Int?

  @Option(help: "Batches that make one step: their gradients' mean (default: 1).")
  var accumulate: Int?

  @Option(
    help:
      "Side of the square that photos are squashed to; 9/10 of it are cut out (default: 320, 288; isnet 1024, all of it)."
  )
  var size: Int?

  @Option(help: "The same, with --crop instead of 9/10.")
  var side: Int?

  @Option(help: "Side of what is cut out of the square.")
  var crop: Int?

  @Option(help: "Half of the photos are turned over: vertical (default; isnet horizontal), horizontal, both or none.")
  var flip: Flip?

  @Option(
    help: ArgumentHelp("The square is up to this part larger, down to what is cut out, e.g. 0.25.", valueName: "part"))
  var scale: Double?

  @Option(
    help: ArgumentHelp(
      "Colours change by up to these parts: brightness, contrast, saturation, hue; e.g. 0.2,0.2,0.2,0.02.",
      valueName: "b,c,s,h"))
  var jitter: ColorJitter?

  @Option(help: ArgumentHelp("Masks are hard: object from this level of 255 on (default: soft).", valueName: "level"))
  var maskThreshold: Int?

  @Option(name: .customLong("learning-rate"), help: "Adam's learning rate (default: 0.001).")
  var learningRate: Double?

  @Option(help: "constant (default), or cosine: down to 0 at the last step.")
  var schedule: LearningRate.Schedule?

  @Option(help: "Steps on which the learning rate grows (default: 0).")
  var warmup: Int?

  @Option(
    help: ArgumentHelp("Keep a running mean of the weights, e.g. 0.999, which is what counts.", valueName: "decay"))
  var ema: Double?

  @Option(help: "What all chance is made from (default: 0).")
  var seed: UInt64?

  func validate() throws {
    guard size == nil || (side == nil && crop == nil) else {
      throw ValidationError("--size excludes --side and --crop")
    }
  }

  /// `recipe` with what is said here.
  func applied(to recipe: Recipe) throws -> Recipe {
    var recipe = recipe
    func set<Value>(_ part: WritableKeyPath<Recipe, Value>, _ value: Value?) {
      if let value { recipe[keyPath: part] = value }
    }
    set(\.batch, batch)
    set(\.accumulation, accumulate)
    set(\.augmentation.side, size ?? side)
    set(\.augmentation.crop, size.map { $0 * 9 / 10 } ?? crop)
    set(\.augmentation.flipsRows, flip.map { $0 == .vertical || $0 == .both })
    set(\.augmentation.flipsColumns, flip.map { $0 == .horizontal || $0 == .both })
    set(\.augmentation.scale, scale)
    set(\.augmentation.colors, jitter)
    if let maskThreshold { recipe.augmentation.maskThreshold = maskThreshold }
    set(\.learningRate.base, learningRate)
    set(\.learningRate.schedule, schedule)
    set(\.learningRate.warmup, warmup)
    if let ema { recipe.averageDecay = ema }
    set(\.seed, seed)
    do { try recipe.validate() } catch { throw ValidationError(usage(of: error)) }
    return recipe
  }

  /// What is wrong with a recipe, in words that speak of flags.
  private func usage(of error: RecipeError) -> String {
    switch error {
    case .outOfRange(let setting, _, _) where size != nil && (setting == .side || setting == .crop):
      "--size must be 36 to 2048, not \(size!)"
    case .outOfRange(let setting, let value, let allowed): "\(setting.flag) must be \(allowed), not \(value)"
    case .cropAboveSide(let crop, let side): "--crop must be at most --side, not \(crop) of \(side)"
    case .singleValue: "--batch 1 needs a --crop above 32: batch normalisation needs more than one value"
    case .cosineWithoutEnd: "\(error)"
    }
  }

  enum Flip: String, CaseIterable, ExpressibleByArgument { case vertical, horizontal, both, none }
}

extension RecipeError.Setting {
  fileprivate var flag: String {
    switch self {
    case .accumulation: "--accumulate"
    case .maskThreshold: "--mask-threshold"
    case .learningRate: "--learning-rate"
    case .averageDecay: "--ema"
    case .batch, .side, .crop, .scale, .warmup, .steps: "--\(rawValue)"
    }
  }
}

extension LearningRate.Schedule: ExpressibleByArgument {}
