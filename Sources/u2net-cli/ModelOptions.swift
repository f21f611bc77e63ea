import ArgumentParser
import U2NetFiles
import U2NetMachine
import U2Net

/// Which network to use, and how many cores.
struct ModelOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: """
      lite (built in), full (sharper), isnet, isnet-anime, human, cloth or silueta, or what rembg calls them; all but lite need \
      `u2net weights NAME` once. With --weights: what FILE was trained to see, where it does not say so itself.
      """)
  var model: Model?

  @Option(
    help: ArgumentHelp("Use the weights in FILE (.safetensors, .onnx or .pth) instead.", valueName: "file"),
    completion: .file())
  var weights: String?

  @Option(
    name: .customLong("class"), help: "Of the cloth model: clothes of the upper body, the lower one, both, or all.")
  var clothes: Clothes?

  @Option(help: ArgumentHelp("Folder of downloaded weights.", valueName: "dir"), completion: .directory)
  var cache: String?

  @Option(help: "Threads to work with (default: all cores that the process may use).")
  var threads: Int = ResourceLimits.current.cores

  @Option(
    name: .customLong("input-size"),
    help: """
      Side of the square that the network sees, 32 to 2048 pixels (default: what the weights were trained for, 320, of isnet 1024, of \
      cloth 768).
      """)
  var size: Int?

  @Option(
    name: .customLong("tta"),
    help: ArgumentHelp(
      "Look again: flip (at the mirror image, too), zoom (at the found object, enlarged), or flip,zoom.",
      valueName: "looks"))
  var augmentation: TestTimeAugmentation = .none

  /// Whether there is a word about the network.
  var isGiven: Bool {
    model != nil || weights != nil || cache != nil || size != nil || clothes != nil || augmentation != .none
  }

  /// How the network looks at photos.
  var detection: SaliencyDetector.Options {
    var options = SaliencyDetector.Options()
    (options.inputSize, options.threads, options.classes) = (size, threads, clothes?.classes)
    options.augmentation = augmentation
    return options
  }

  func validate() throws {
    guard (1...1024).contains(threads) else { throw ValidationError("--threads must be 1 to 1024, not \(threads)") }
    if let size, !(32...2048).contains(size) { throw ValidationError("--input-size must be 32 to 2048, not \(size)") }
  }

  func network() throws -> TrainedNetwork {
    let network = try trained()
    guard clothes == nil || network.configuration.classes == Configuration.cloth.classes else {
      throw ValidationError("--class is for the cloth model: \(network.configuration.title) tells no clothes apart")
    }
    return network
  }

  private func trained() throws -> TrainedNetwork {
    guard let path = weights.map({ FilePath(argument: $0) }) else {
      return try .pretrained(model ?? .lite, cache: cache, remark: Console.note)
    }
    return try model.map { try TrainedNetwork(contentsOf: path, as: $0) } ?? TrainedNetwork(contentsOf: path)
  }
}

extension Clothes: ExpressibleByArgument {}

extension TestTimeAugmentation: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
  public var defaultValueDescription: String { self == .none ? "none" : description }
  public static var allValueStrings: [String] { ["flip", "zoom", "flip,zoom"] }
}

extension Model: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }
  // More of them would be listed one below the other.
  public static var allValueStrings: [String] { [allCases.map(\.rawValue).joined(separator: ", ")] }
}
