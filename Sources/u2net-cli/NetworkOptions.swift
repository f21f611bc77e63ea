import ArgumentParser
import RSU
import U2Net

/// A network's stages: how wide they are and of which blocks.
struct NetworkOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "lite or full: whose widths the stages have.")
  var model: Model = .lite

  @Option(
    help: ArgumentHelp(
      """
      Channels inside a block and at its end, as 16:64: once for all stages, or eleven times with commas between, for \
      En_1 … En_6, De_5 … De_1.
      """, valueName: "m:o"))
  var widths: StageWidths?

  @Option(help: "Divide all these widths by this number, at least to 1.")
  var divisor = 1

  func validate() throws {
    guard (1...1024).contains(divisor) else { throw ValidationError("--divisor must be 1 to 1024, not \(divisor)") }
  }

  /// Channels of each stage's block.
  private var stageWidths: [Widths] {
    let stages =
      widths?.stages
      ?? (model == .full ? Configuration.full : .lite).stages.map { ($0.block.widths.middle, $0.block.widths.output) }
    return Configuration.widths(stages.map { (max(1, $0.0 / divisor), max(1, $0.1 / divisor)) })
  }

  func network(of blocks: BlockKind) -> Configuration {
    .custom(blocks: blocks, widths: stageWidths).named
  }
}

/// Widths of the stages as written on the command line.
struct StageWidths: ExpressibleByArgument {
  let stages: [(middle: Int, output: Int)]

  init?(argument: String) {
    var stages: [(middle: Int, output: Int)] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      let numbers = part.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
      guard numbers.count == 2, numbers.allSatisfy({ (1...4096).contains($0) }) else { return nil }
      stages.append((numbers[0], numbers[1]))
    }
    let count = Configuration.full.stages.count
    if stages.count == 1 { stages = Array(repeating: stages[0], count: count) }
    guard stages.count == count else { return nil }
    self.stages = stages
  }
}

extension BlockKind: ExpressibleByArgument {
  public init?(argument: String) { self.init(rawValue: argument.uppercased()) }
}
