import ArgumentParser
import RSU
import U2Net

/// A network's stages: how wide they are and of which blocks.
struct NetworkOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: "lite (default), full, isnet, human or cloth: which network it is, and which widths its stages have.")
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
    _ = try model.map(NetworkOptions.structure)
    guard (1...1024).contains(divisor) else { throw ValidationError("--divisor must be 1 to 1024, not \(divisor)") }
  }

  var isGiven: Bool { model != nil || widths != nil || divisor != 1 }

  func network(of blocks: BlockKind) -> Configuration {
    let outer = model?.configuration ?? .lite
    let channels = (widths?.channels ?? outer.channels).map {
      (middle: max(1, $0.middle / divisor), output: max(1, $0.output / divisor))
    }
    return Configuration.custom(blocks: blocks, channels: channels, in: outer).named
  }

  /// What computes a model.
  static func structure(of model: Model) throws(ValidationError) -> Configuration {
    guard let configuration = model.configuration else {
      throw ValidationError(
        "the \(model.rawValue) model has the widths that its file says: `u2net describe --weights FILE`")
    }
    return configuration
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
