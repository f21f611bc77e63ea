import RSU

extension Configuration {
  /// The paper's outer network with other middle and output channels, in the order of `stages`, and of other blocks; what each
  /// stage reads follows.
  public static func custom(blocks: BlockKind = .rsu, channels: [(middle: Int, output: Int)]) -> Configuration {
    let encoders = full.encoders.count
    precondition(channels.count == full.stages.count, "\(full.stages.count) stages, not \(channels.count)")
    var widths: [Widths] = [], below = full.encoders[0].block.widths.input
    for (index, stage) in channels.enumerated() {
      // De_5 … De_1 read what comes from below and the map of En_5 … En_1.
      let skip = index < encoders ? 0 : channels[2 * encoders - 2 - index].output
      widths.append(Widths(below + skip, stage.middle, stage.output))
      below = stage.output
    }
    return custom(blocks: blocks, widths: widths)
  }

  /// Middle and output channels of the stages.
  public var channels: [(middle: Int, output: Int)] {
    stages.map { ($0.block.widths.middle, $0.block.widths.output) }
  }
}
