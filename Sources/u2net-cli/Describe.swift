import ArgumentParser
import RSU
import U2Net
import U2NetFiles

struct Describe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a network's stages with their sizes, parameters, multiplications and receptive fields.",
    discussion: """
      u2net describe -m full
      u2net describe --block INC --widths 16:64
      u2net describe --weights mine.safetensors

      Parameters are the trainable ones; MACs are multiply-accumulate operations for one picture; the field is how many \
      pixels of the input, along one side, a pixel of the stage's result depends on, borders ignored.
      """)

  @OptionGroup var network: NetworkOptions

  @Option(help: "Blocks of the stages: \(BlockKinds.builtIn.names.joined(separator: ", ")) (default: RSU).")
  var block: BlockKind?

  @Option(help: ArgumentHelp("The network that FILE has the weights of.", valueName: "file"), completion: .file())
  var weights: String?

  @Option(help: "Side of the square input in pixels, at least 32 (default: what the model was trained for).")
  var size: Int?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard weights == nil || (!network.isGiven && block == nil) else {
      throw ValidationError("--weights says it all: not with --model, --widths, --divisor and --block")
    }
    if let size, !(32...65536).contains(size) { throw ValidationError("--size must be 32 to 65536, not \(size)") }
  }

  func run() throws {
    let configuration =
      try weights.map { try TrainedNetwork(contentsOf: FilePath(argument: $0)).configuration }
      ?? network.network(of: block ?? .rsu)
    let summary = NetworkSummary(configuration, size: size ?? configuration.input.size)
    print(json ? try summary.json(.prettyPrinted) : "\(summary)")
  }
}
