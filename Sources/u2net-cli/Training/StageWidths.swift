import ArgumentParser
import RSU
import U2Net

/// Middle and output channels of the eleven stages, En_1 … En_6, De_5 … De_1: "16:64" for all, or eleven of them with commas.
struct StageWidths: ExpressibleByArgument {
  let channels: [(middle: Int, output: Int)]
  var configuration: Configuration { .custom(channels: channels) }

  init?(argument: String) {
    let count = Configuration.full.stages.count
    var pairs: [(middle: Int, output: Int)] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
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
}
