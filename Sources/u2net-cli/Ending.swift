import ArgumentParser
import U2NetFiles
import U2Net
import U2NetTraining

/// How the program ends after an error: what it says, and its exit code.
struct Ending: Equatable {
  let lines: [String]
  let code: Int32

  /// Code 2 is for command lines that are not understood; whatever nobody foresaw is a failure.
  /// - Parameter command: the one that was asked for, whose usage is told.
  init(_ error: any Error, of command: any ParsableCommand.Type = U2NetCommand.self) {
    switch error {
    case let failure as CommandFailure: (lines, code) = (failure.lines, failure.exitCode)
    case let error as PipelineError where error.isUsage:
      (lines, code) = (Self.usage(error.description, of: command), 2)
    case let error as PipelineError: (lines, code) = (error.lines, 1)
    case let error as TrainingError: (lines, code) = (error.inUsersWords.split(separator: "\n").map(String.init), 1)
    case let error as FileError: (lines, code) = (["\(error.path): \(error.reason)"], 1)
    case let error where U2NetCommand.exitCode(for: error) == .validationFailure:
      // Where the command is not known yet the error knows it.
      (lines, code) =
        command == U2NetCommand.self
        ? (Self.lines(U2NetCommand.fullMessage(for: error)), 2)
        : (Self.usage(U2NetCommand.message(for: error), of: command), 2)
    default:
      // Weights, pictures, scores: their errors say which file, and what is wrong with it.
      (lines, code) = (["\(error)"], 1)
    }
  }

  /// A message, and how the command is used, as ArgumentParser has it.
  private static func usage(_ message: String, of command: any ParsableCommand.Type) -> [String] {
    let name = command == U2NetCommand.self ? "u2net" : "u2net \(command._commandName)"
    let usage = U2NetCommand.usageString(for: command).split(separator: "\n").joined(separator: "\n       ")
    return lines(message) + lines("Usage: \(usage)\n  See '\(name) --help' for more information.")
  }

  /// A message of several lines, some of them the program's, some from the command line.
  private static func lines(_ message: String) -> [String] {
    var message = String(message.trimmingPrefix("Error: "))
    for argument in CommandLine.arguments where argument.visible != argument {
      message = message.replacing(argument, with: argument.visible)
    }
    return message.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}

extension TrainingError {
  /// What is wrong, in words that speak of flags.
  fileprivate var inUsersWords: String {
    switch self {
    case .exists(let path): "\(path): this file exists; --resume goes on from a checkpoint, --overwrite begins anew"
    case .stepsMade(let path, let made, let asked):
      "\(path): this training has made \(made) steps, more than --steps \(asked)"
    default: description
    }
  }
}
