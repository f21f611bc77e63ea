/// Why nobody can train by a recipe. `Recipe.validate()` finds it before any photo is opened.
public enum RecipeError: Error, Equatable, Sendable {
  /// Numbers that have a range: the properties of `Recipe`, its `Augmentation` and its `LearningRate` that are called so.
  public enum Setting: String, Sendable {
    /// See there.
    case batch, accumulation, side, crop, scale, maskThreshold, learningRate, warmup, steps, averageDecay
  }

  /// A number that is not in its range, which `allowed` tells for people.
  case outOfRange(Setting, value: String, allowed: String)
  /// More pixels a side are to be cut out of the square than it has.
  case cropAboveSide(crop: Int, side: Int)
  /// One photo of 32 pixels leaves batch normalisation a single value in the deepest stages.
  case singleValue
  /// A cosine schedule whose end is not known.
  case cosineWithoutEnd
}

extension RecipeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .outOfRange(let setting, let value, let allowed): "\(setting.rawValue) must be \(allowed), not \(value)"
    case .cropAboveSide(let crop, let side): "crop must be at most side, not \(crop) of \(side)"
    case .singleValue: "batches of 1 need a crop above 32: batch normalisation needs more than one value"
    case .cosineWithoutEnd:
      "a cosine schedule needs to know its end: set learningRate.steps to the steps of the whole training"
    }
  }
}
