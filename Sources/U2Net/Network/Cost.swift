import U2NetCompute
import RSU

/// What a network costs, to compare others with it.
public enum Cost: Equatable, Sendable {
  /// Multiply-accumulates for a square input of `side` pixels.
  case macs(side: Int)
  /// Trainable parameters.
  case parameters

  func of(_ rows: [Outline.Row]) -> Int {
    switch self {
    case .macs: rows.reduce(0) { $0 + $1.macs }
    case .parameters: rows.reduce(0) { $0 + $1.parameters }
    }
  }

  /// Side of the input that is looked at.
  fileprivate var side: Int { if case .macs(let side) = self { side } else { 32 } }
}

extension Configuration {
  /// What one picture of that cost's side takes: multiply-accumulates, or how many parameters there are.
  public func cost(_ cost: Cost) -> Int { cost.of(outline(height: cost.side, width: cost.side)) }

  /// The network of other blocks that costs as nearly the same as whole numbers of middle channels allow.
  ///
  /// First every stage gets the middle channels with which it costs what it costs here, then single channels more or fewer
  /// bring the sum of all stages as near as they can. Inputs and outputs of the stages stay as they are.
  public func matched(blocks: BlockKind, by cost: Cost) -> Configuration {
    let sides = stages.indices.map { index -> Int in
      // En_k and De_k see the input halved k − 1 times, and once more behind a stem.
      let depth = (index < encoders.count ? index : 2 * encoders.count - 2 - index) + (stem == nil ? 0 : 1)
      return (0..<depth).reduce(cost.side) { side, _ in (side + 1) / 2 }
    }
    func stageCost(_ index: Int, _ block: any Block) -> Int {
      let outline = Outline(), side = sides[index]
      _ = block(
        MapShape(channels: block.widths.input, height: side, width: side), stage: stages[index].name, on: outline)
      return cost.of(outline.rows)
    }
    func stageCost(_ index: Int, middle: Int) -> Int {
      let old = stages[index].block
      let widths = Widths(old.widths.input, middle, old.widths.output)
      return stageCost(index, blocks.block(inPlaceOf: full(index), widths))
    }
    func full(_ index: Int) -> any Block { Configuration.full.stages[index].block }

    let targets = stages.indices.map { stageCost($0, stages[$0].block) }
    var middles = stages.indices.map { index -> Int in
      var low = 1, high = 1
      while stageCost(index, middle: high) < targets[index] { (low, high) = (high, 2 * high) }
      while high - low > 1 {
        let middle = (low + high) / 2
        if stageCost(index, middle: middle) < targets[index] { low = middle } else { high = middle }
      }
      func distance(_ middle: Int) -> Int { abs(stageCost(index, middle: middle) - targets[index]) }
      return distance(low) <= distance(high) ? low : high
    }
    var surplus = stages.indices.reduce(0) { $0 + stageCost($1, middle: middles[$1]) - targets[$1] }
    while surplus != 0 {
      let step = surplus > 0 ? -1 : 1
      let changes = stages.indices.filter { middles[$0] + step > 0 }.map { index in
        (index, stageCost(index, middle: middles[index] + step) - stageCost(index, middle: middles[index]))
      }
      guard let (index, change) = changes.min(by: { abs(surplus + $0.1) < abs(surplus + $1.1) }),
        abs(surplus + change) < abs(surplus)
      else { break }
      middles[index] += step
      surplus += change
    }
    let result = Configuration.custom(
      blocks: blocks, channels: zip(middles, channels).map { ($0, $1.output) }, in: self)
    return result.named
  }
}
