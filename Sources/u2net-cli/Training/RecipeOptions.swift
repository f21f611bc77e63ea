import ArgumentParser
import U2NetTraining

/// What decides where a training leads. What is not said is as the authors did, or, where a training goes on, as it was.
struct RecipeOptions: ParsableArguments {
  @Option(help: "Photos that go through the network at the same time (default: 12).")
  var batch: Int?

  @Option(help: "Batches that make one step: their gradients' mean (default: 1).")
  var accumulate: Int?

  @Option(help: "Side of the square that photos are squashed to; 9/10 of it are cut out (default: 320, 288).")
  var size: Int?

  @Option(help: "The same, with --crop instead of 9/10.")
  var side: Int?

  @Option(help: "Side of what is cut out of the square.")
  var crop: Int?

  @Option(help: "Half of the photos are turned over: vertical (default), horizontal, both or none.")
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
    func check(_ isGood: Bool?, _ message: String) throws {
      if isGood == false { throw ValidationError(message) }
    }
    try check(batch.map { (1...4096).contains($0) }, "--batch must be 1 to 4096")
    try check(accumulate.map { (1...4096).contains($0) }, "--accumulate must be 1 to 4096")
    try check(size == nil || (side == nil && crop == nil), "--size excludes --side and --crop")
    try check((size ?? side).map { (32...2048).contains($0) }, "--size and --side must be 32 to 2048")
    try check(size.map { $0 >= 36 }, "--size must be at least 36")
    try check(crop.map { (32...2048).contains($0) }, "--crop must be 32 to 2048")
    try check(scale.map { (0...4).contains($0) }, "--scale must be 0 to 4")
    try check(maskThreshold.map { (1...255).contains($0) }, "--mask-threshold must be 1 to 255")
    try check(learningRate.map { $0 > 0 && $0.isFinite }, "--learning-rate must be positive")
    try check(warmup.map { $0 >= 0 }, "--warmup must be at least 0")
    try check(ema.map { (0..<1).contains($0) }, "--ema must be at least 0 and less than 1")
  }

  /// `recipe` with what is said here.
  /// - Parameter steps: of the whole training.
  func applied(to recipe: Recipe, steps: Int) throws -> Recipe {
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
    recipe.learningRate.steps = steps
    if let ema { recipe.averageDecay = ema }
    set(\.seed, seed)
    let (side, crop) = (recipe.augmentation.side, recipe.augmentation.crop)
    guard crop <= side else { throw ValidationError("--crop must be at most --side, not \(crop) of \(side)") }
    guard recipe.batch > 1 || crop > 32 else {
      throw ValidationError("--batch 1 needs a --crop above 32: batch normalisation needs more than one value")
    }
    return recipe
  }

  enum Flip: String, CaseIterable, ExpressibleByArgument { case vertical, horizontal, both, none }
}

extension LearningRate.Schedule: ExpressibleByArgument {}
