import RSU

extension Configuration {
  /// The paper's eleven kinds of block with other middle and output channels, in the order of `stages`; what each reads follows.
  public static func custom(channels: [(middle: Int, output: Int)]) -> Configuration {
    let encoders = full.encoders.count
    precondition(channels.count == full.stages.count, "\(full.stages.count) stages, not \(channels.count)")
    var widths: [Widths] = [], below = full.encoders[0].block.widths.input
    for (index, stage) in channels.enumerated() {
      // De_5 … De_1 read what comes from below and the map of En_5 … En_1.
      let skip = index < encoders ? 0 : channels[2 * encoders - 2 - index].output
      widths.append(Widths(below + skip, stage.middle, stage.output))
      below = stage.output
    }
    return custom(widths: widths)
  }
}
