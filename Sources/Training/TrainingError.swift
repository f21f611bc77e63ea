import U2NetImageFiles
import U2NetMachine
import U2NetSafetensors

/// Why a training cannot begin or go on. Each case names files or the step.
public enum TrainingError: Error, Sendable {
  /// What is wrong with a data set, one line each.
  case data([String])
  /// What is not as it was in a training that is to go on, one line each.
  case changed([String])
  /// What in a recipe cannot be trained by.
  case recipe(RecipeError)
  /// A file of a training is there that was to be a new one's.
  case exists(path: String)
  /// The training in `path` has made more steps than are asked for.
  case stepsMade(path: String, made: Int, asked: Int)
  /// A photo or a mask that cannot be read.
  case image(ImageError)
  /// A checkpoint that cannot be read or written.
  case weights(WeightFileError)
  /// The log, or another file that is written.
  case file(path: String, reason: String)
  /// A network of more classes than object and background, whose maps no mask of a data set can be compared with.
  case classes(Int)
  /// There is not enough memory for what was asked for.
  case memory(MemoryShortage)
  /// The step that was to be made as number `step` has a loss that is no number, or its values are none; `checkpoint` is the
  /// last good one.
  case diverged(step: Int, checkpoint: String?)
}

extension TrainingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .data(let problems): problems.joined(separator: "\n")
    case .changed(let changes):
      "this training cannot go on with other settings or data (\(changes.joined(separator: "; "))); "
        + "to change them, begin a new one from its weights"
    case .recipe(let error): "\(error)"
    case .exists(let path): "\(path): this file exists; go on from it, or let it be replaced"
    case .stepsMade(let path, let made, let asked):
      "\(path): this training has made \(made) steps, more than the \(asked) that are asked for"
    case .image(let error): "\(error)"
    case .weights(let error): "\(error)"
    case .file(let path, let reason): "\(path): \(reason)"
    case .classes(let count):
      "a network of \(count) classes cannot be trained here: masks tell an object from its background only"
    case .memory(let shortage): "\(shortage)"
    case .diverged(let step, let checkpoint):
      "step \(step): the loss or the values are not finite any more; try a smaller learning rate"
        + (checkpoint.map { " from \($0), the last good checkpoint" } ?? "")
    }
  }
}
