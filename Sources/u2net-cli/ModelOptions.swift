import ArgumentParser
import U2NetFiles
import U2NetMachine
import U2Net

/// Which network to use, and how many cores.
struct ModelOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: "lite (built in) or full (sharper, needs `u2net weights full` once); u2netp and u2net mean the same.")
  var model: Model?

  @Option(
    help: ArgumentHelp("Use the weights in FILE (.safetensors, .onnx or .pth) instead.", valueName: "file"),
    completion: .file())
  var weights: String?

  @Option(help: ArgumentHelp("Folder of downloaded weights.", valueName: "dir"), completion: .directory)
  var cache: String?

  @Option(help: "Threads to work with (default: all cores that the process may use).")
  var threads: Int = ResourceLimits.current.cores

  @Option(
    name: .customLong("input-size"),
    help: "Side of the square that the network sees, 32 to 2048 pixels; the weights were trained for 320, the default.")
  var givenSize: Int?
  var size: Int { givenSize ?? 320 }

  func validate() throws {
    guard model == nil || weights == nil else { throw ValidationError("--model and --weights exclude each other") }
    guard (1...1024).contains(threads) else { throw ValidationError("--threads must be 1 to 1024, not \(threads)") }
    guard (32...2048).contains(size) else { throw ValidationError("--input-size must be 32 to 2048, not \(size)") }
  }

  func network() throws -> TrainedNetwork {
    if let weights { return try TrainedNetwork(contentsOf: FilePath(argument: weights)) }
    return try .pretrained(model ?? .lite, cache: cache, remark: note)
  }
}

extension Model: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }
  public static var allValueStrings: [String] { ["lite", "full"] }
}
