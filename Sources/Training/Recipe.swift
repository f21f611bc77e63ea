import U2NetCompute
import U2NetNetwork
import U2NetPlatform

/// All that decides, beside the data and the values at its beginning, where a training leads. The defaults are the authors'.
public struct Recipe: Codable, Equatable, Sendable {
  /// Images that go through the network at the same time; batch normalisation sees as many. The authors used 12.
  public var batch = 12
  /// Batches whose gradients make one step of the optimiser: it sees the mean over `batch` · `accumulation` images.
  public var accumulation = 1
  /// How photos become examples.
  public var augmentation = Augmentation()
  /// From step to step.
  public var learningRate = LearningRate()
  /// Decay of the running mean of the values; nil for none. See `ParameterAverage`.
  public var averageDecay: Double?
  /// What all chance is made from.
  public var seed: UInt64 = 0

  /// The authors' recipe.
  public init() {}

  /// IS-Net's authors': 8 whole photos of 1024×1024 pixels, left and right exchanged in half of them. They also supervised features by
  /// those of a network of masks, which is not done here. Source: their training code.
  public static var isnet: Recipe {
    var recipe = Recipe()
    recipe.batch = 8
    (recipe.augmentation.side, recipe.augmentation.crop) = (NetworkInput.isnet.size, NetworkInput.isnet.size)
    (recipe.augmentation.flipsRows, recipe.augmentation.flipsColumns) = (false, true)
    return recipe
  }

  /// That of a network's authors.
  public init(for configuration: Configuration) { self = configuration.stem == nil ? Recipe() : .isnet }

  /// Examples that one step sees.
  public var examplesPerStep: Int { batch * accumulation }

  /// Checks every number, and that they fit each other.
  /// - Throws: the first thing that is wrong.
  public func validate() throws(RecipeError) {
    func require<Number: Comparable>(
      _ setting: RecipeError.Setting, _ value: Number?, in range: ClosedRange<Number>
    ) throws(RecipeError) {
      guard let value, !range.contains(value) else { return }
      throw .outOfRange(setting, value: "\(value)", allowed: spoken(range))
    }
    let rate = learningRate, mostSteps = 1 << 53
    try require(.batch, batch, in: 1...4096)
    try require(.accumulation, accumulation, in: 1...4096)
    try require(.side, augmentation.side, in: 32...2048)
    try require(.crop, augmentation.crop, in: 32...2048)
    try require(.scale, augmentation.scale, in: 0...4)
    try require(.maskThreshold, augmentation.maskThreshold, in: 1...255)
    try require(.warmup, rate.warmup, in: 0...mostSteps)
    try require(.steps, rate.steps, in: 0...mostSteps)
    guard rate.base > 0, rate.base.isFinite else {
      throw .outOfRange(.learningRate, value: "\(rate.base)", allowed: "positive")
    }
    if let averageDecay, !(0..<1).contains(averageDecay) {
      throw .outOfRange(.averageDecay, value: "\(averageDecay)", allowed: "at least 0 and less than 1")
    }
    guard augmentation.crop <= augmentation.side else {
      throw .cropAboveSide(crop: augmentation.crop, side: augmentation.side)
    }
    guard batch > 1 || augmentation.crop > 32 else { throw .singleValue }
    guard rate.schedule != .cosine || rate.steps > 0 else { throw .cosineWithoutEnd }
  }

  /// What is not as in `other`, for people; the learning rate aside, which may be changed on the way.
  public func differences(from other: Recipe) -> [String] {
    func list(_ recipe: Recipe) -> [(String, String)] {
      let a = recipe.augmentation, c = a.colors
      return [
        ("batch", "\(recipe.batch)"), ("accumulation", "\(recipe.accumulation)"),
        ("seed", "\(recipe.seed)"), ("average decay", recipe.averageDecay.map { "\($0)" } ?? "none"),
        ("side", "\(a.side)"), ("crop", "\(a.crop)"), ("reversed rows", "\(a.flipsRows)"),
        ("reversed columns", "\(a.flipsColumns)"), ("scale", "\(a.scale)"), ("brightness", "\(c.brightness)"),
        ("contrast", "\(c.contrast)"), ("saturation", "\(c.saturation)"), ("hue", "\(c.hue)"),
        ("mask threshold", a.maskThreshold.map { "\($0)" } ?? "none"),
      ]
    }
    return zip(list(self), list(other)).compactMap { mine, its in
      mine.1 == its.1 ? nil : "\(mine.0) is \(mine.1), was \(its.1)"
    }
  }
}

/// The optimiser's learning rate from step to step.
public struct LearningRate: Codable, Equatable, Sendable {
  /// What becomes of the rate after the warm-up.
  public enum Schedule: String, Codable, CaseIterable, Sendable {
    /// It stays at the base.
    case constant
    /// Down to 0 along half a cosine (Loshchilov and Hutter 2017, one period).
    case cosine
  }

  /// The highest.
  public var base = 1e-3
  /// Begins where the warm-up ends.
  public var schedule = Schedule.constant
  /// Steps on which it grows evenly from base / warmup to the base.
  public var warmup = 0
  /// Steps of the whole training, where `cosine` ends; 0: not known yet.
  public var steps = 0

  /// 10⁻³ throughout.
  public init() {}

  /// For the step after `step` others:
  ///
  ///     base · (step + 1) / warmup                                          step < warmup
  ///     base · ½ (1 + cos(π · (step − warmup) / (steps − warmup)))          cosine
  ///
  /// and the base else. While its end is not known `cosine` stays at the base; a `Trainer` does not begin like that.
  public func rate(after step: Int) -> Double {
    if step < warmup { return base * Double(step + 1) / Double(warmup) }
    guard schedule == .cosine, steps > 0 else { return base }
    return base * 0.5 * (1 + cos(.pi * min(1, Double(step - warmup) / Double(max(1, steps - warmup)))))
  }
}
