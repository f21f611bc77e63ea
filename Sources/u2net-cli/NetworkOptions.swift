import ArgumentParser
import RSU
import U2Net

/// A network's stages: how wide they are and of which blocks.
struct NetworkOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "lite (default) or full: whose widths the stages have.")
  var model: Model?

  @Option(
    help: ArgumentHelp(
      """
      M middle and O output channels in every stage, or eleven such pairs for En_1 … En_6, De_5 … De_1, instead of a \
      model's; lite is 16:64.
      """, valueName: "M:O[,…]"))
  var widths: StageWidths?

  @Option(help: "Divide all these widths by this number, at least to 1.")
  var divisor = 1

  func validate() throws {
    guard model == nil || widths == nil else { throw ValidationError("--model and --widths exclude each other") }
    guard (1...1024).contains(divisor) else { throw ValidationError("--divisor must be 1 to 1024, not \(divisor)") }
  }

  func network(of blocks: BlockKind) -> Configuration {
    let whole = widths?.channels ?? (model == .full ? Configuration.full : .lite).channels
    let channels = whole.map { (middle: max(1, $0.middle / divisor), output: max(1, $0.output / divisor)) }
    return Configuration.custom(blocks: blocks, channels: channels).named
  }
}

extension BlockKind: ExpressibleByArgument {
  public init?(argument: String) {
    guard let kind = BlockKinds.builtIn[argument.uppercased()] else { return nil }
    self = kind
  }
  public static var allValueStrings: [String] { BlockKinds.builtIn.names }
}

extension StageWidths: ExpressibleByArgument {}
