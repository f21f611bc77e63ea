import ArgumentParser
import Compute
import U2Net

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time the network alone: warm, one picture, random input.")

  @OptionGroup var options: ModelOptions

  @Option(help: "Timed passes, after two that are not.")
  var runs = 10

  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Print what computes each layer, how long it takes and how fast that is.")
  var explain = false

  @Option(help: ArgumentHelp("Kernels to use: \(Kernels.names.joined(separator: ", ")).", valueName: "name"))
  var isa: Kernels = .fastest

  @Option(
    help: ArgumentHelp("m of all Winograd convolutions F(m×m, 3×3), 2 to 6, instead of choosing.", valueName: "m"))
  var tile: Int?

  @Flag(help: "Transform weights when they are needed, as for a single photo.")
  var oneShot = false

  func validate() throws {
    guard (1...1_000_000).contains(runs) else { throw ValidationError("--runs must be 1 to 1000000, not \(runs)") }
    guard tile.map((2...6).contains) ?? true else { throw ValidationError("--tile must be 2 to 6, not \(tile!)") }
  }

  private struct Report: Encodable {
    let model, isa: String
    let threads, size, runs: Int
    let medianMs, minMs: Double
  }

  func run() throws {
    let network = try options.network()
    var inference = Inference.Options()
    inference.kernels = isa
    inference.tile = tile
    inference.transformsWeightsAhead = !oneShot
    let predictor = Predictor(
      PreparedNetwork(network), height: options.size, width: options.size, threads: options.threads,
      options: inference)
    var generator = SystemRandomNumberGenerator()
    let input = (0..<3 * options.size * options.size).map { _ in Float.random(in: 0..<1, using: &generator) }
    if explain { print(Explanation(predictor: predictor, input: input, runs: runs).table) }
    let clock = ContinuousClock()
    let times = (0..<runs + 2).map { _ in
      let time = clock.measure { input.withUnsafeBufferPointer(predictor.run) }
      return Double(time.components.seconds) * 1e3 + Double(time.components.attoseconds) / 1e15
    }.dropFirst(2).sorted()
    let report = Report(
      model: network.configuration.name, isa: isa.name, threads: options.threads, size: options.size, runs: runs,
      medianMs: (times[(runs - 1) / 2] + times[runs / 2]) / 2, minMs: times[0])
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      encoder.keyEncodingStrategy = .convertToSnakeCase
      print(String(decoding: try encoder.encode(report), as: UTF8.self))
    } else {
      func rounded(_ ms: Double) -> Double { (ms * 10).rounded() / 10 }
      print(
        """
        U²-Net \(report.model), \(options.size)×\(options.size), \(options.threads) threads, \(isa.name), \(runs) runs: \
        median \(rounded(report.medianMs)) ms, fastest \(rounded(report.minMs)) ms
        """)
    }
  }
}

extension Kernels: ExpressibleByArgument {
  public init?(argument: String) { self.init(named: argument) }
  public var defaultValueDescription: String { name }
}
