// For check.py beside it: what this package makes of a network and an input.
//
//     u2net-maps kinds                                   names of the built-in blocks
//     u2net-maps random KIND WIDTHS OUT.safetensors      a network of these blocks with random values
//     u2net-maps run WEIGHTS HEIGHT WIDTH IN OUT         3×H×W floats to the seven maps of probabilities, the fused one first

import Foundation
import NetworkTestSupport
import U2Net

@main
struct Maps {
  static func main() throws {
    let arguments = CommandLine.arguments
    switch arguments.dropFirst().first {
    case "random":
      guard arguments.count == 5, let kind = BlockKinds.builtIn[arguments[2]], let widths = StageWidths(arguments[3])
      else { fatalError("usage: u2net-maps random KIND M:O[,…] OUT.safetensors") }
      let configuration = Configuration.custom(blocks: kind, channels: widths.channels)
      try Safetensors.write(configuration.randomStore(seed: 7), to: arguments[4])
    case "run":
      guard arguments.count == 7, let height = Int(arguments[3]), let width = Int(arguments[4]) else {
        fatalError("usage: u2net-maps run WEIGHTS HEIGHT WIDTH IN OUT")
      }
      let network = PreparedNetwork(try TrainedNetwork(contentsOf: arguments[2]))
      let predictor = Predictor(network, height: height, width: width, maps: .all, threads: 2)
      let input = try Data(contentsOf: URL(filePath: arguments[5]))
      precondition(input.count == 3 * height * width * 4, "3×\(height)×\(width) floats are expected")
      input.withUnsafeBytes { predictor.run($0.assumingMemoryBound(to: Float.self)) }
      let maps = (0..<7).flatMap { predictor.map($0) }
      try maps.withUnsafeBytes { Data($0) }.write(to: URL(filePath: arguments[6]))
    case "kinds": print(BlockKinds.builtIn.names.joined(separator: " "))
    default: fatalError("usage: u2net-maps kinds|random|run …")
    }
  }
}
