import U2NetPixels

/// Why a prediction could not be scored. Each case names the pair or the file it is about.
public enum EvaluationError: Error, Equatable, Sendable {
  /// Prediction and truth are not of the same size, in pixels.
  case sizeMismatch(name: String, prediction: PixelSize, truth: PixelSize)
  /// Colours and transparency both vary, as in a cut-out: there is no telling which of them is the mask.
  case transparent(source: String)
  /// A map has a value that is not in 0…1, maybe not a number, in column `x` and row `y`.
  case notAProbability(source: String, value: Float, x: Int, y: Int)
  /// Several files of one folder have the same name but for their extensions: there is no telling which one is meant.
  case ambiguous(paths: [String])
  /// A set of `count` masks, `first` among them, in none of which anything is object.
  case noObject(first: String, count: Int)
  /// No prediction goes with any truth.
  case noPairs
  /// A folder has nothing to offer.
  case folder(path: String, reason: String)
}

extension EvaluationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .sizeMismatch(let name, let prediction, let truth):
      "\(name): the prediction has \(prediction.width) x \(prediction.height) pixels, "
        + "the mask to compare with has \(truth.width) x \(truth.height)"
    case .transparent(let source):
      "\(source): colours and transparent pixels both vary, as in a cut-out; a mask is grey and opaque, or of one colour "
        + "with the object in its alpha channel"
    case .notAProbability(let source, let value, let x, let y):
      "\(source): the value in column \(x), row \(y) is \(value), not in 0...1"
    case .ambiguous(let paths):
      "\(paths.joined(separator: ", ")): the same name with different extensions; which one is meant?"
    case .noObject(let first, let count):
      (count == 1
        ? "\(first): there is no object in this mask"
        : "\(first) and \(count - 1) more: no mask of this set has an object")
        + " (nothing is brighter than 128)"
    case .noPairs:
      "no prediction has the name of a mask"
    case .folder(let path, let reason):
      "\(path): \(reason)"
    }
  }
}
