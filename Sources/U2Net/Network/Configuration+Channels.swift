import RSU

extension Configuration {
  /// An outer network with other middle and output channels, and of other blocks; what each stage reads follows.
  /// - Parameters:
  ///   - blocks: their kind.
  ///   - channels: of the stages, in the order of `stages`.
  ///   - outer: what is before and behind the stages.
  public static func custom(
    blocks: BlockKind = .rsu, channels: [(middle: Int, output: Int)], in outer: Configuration = .full
  ) -> Configuration {
    let encoders = full.encoders.count
    precondition(channels.count == full.stages.count, "\(full.stages.count) stages, not \(channels.count)")
    var widths: [Widths] = [], below = outer.stem ?? outer.pictureChannels
    for (index, stage) in channels.enumerated() {
      // De_5 … De_1 read what comes from below and the map of En_5 … En_1.
      let skip = index < encoders ? 0 : channels[2 * encoders - 2 - index].output
      widths.append(Widths(below + skip, stage.middle, stage.output))
      below = stage.output
    }
    return custom(blocks: blocks, widths: widths, in: outer)
  }

  /// Middle and output channels of the stages.
  public var channels: [(middle: Int, output: Int)] {
    stages.map { ($0.block.widths.middle, $0.block.widths.output) }
  }
}

/// Middle and output channels of the eleven stages, En_1 … En_6, De_5 … De_1.
public struct StageWidths: LosslessStringConvertible, Sendable {
  /// In the order of `Configuration.stages`, each 1…4096.
  public let channels: [(middle: Int, output: Int)]
  /// The paper's network with these widths.
  public var configuration: Configuration { .custom(channels: channels) }

  /// "16:64" for all stages, or eleven such pairs with commas between; nil for anything else.
  public init?(_ text: String) {
    let count = Configuration.full.stages.count
    var pairs: [(middle: Int, output: Int)] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let numbers = part.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
      guard numbers.count == 2, let middle = numbers[0], let output = numbers[1],
        (1...4096).contains(middle), (1...4096).contains(output)
      else { return nil }
      pairs.append((middle, output))
    }
    if pairs.count == 1 { pairs = Array(repeating: pairs[0], count: count) }
    guard pairs.count == count else { return nil }
    channels = pairs
  }

  /// Eleven pairs.
  public var description: String { channels.map { "\($0.middle):\($0.output)" }.joined(separator: ",") }
}
