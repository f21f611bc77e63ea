import ArgumentParser
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

  func validate() throws {
    guard runs > 0 else { throw ValidationError("--runs must be at least 1, not \(runs)") }
  }

  private struct Report: Encodable {
    let model: String
    let threads, size, runs: Int
    let medianMs, minMs: Double
  }

  func run() throws {
    let network = try options.network()
    let predictor = Predictor(
      PreparedNetwork(network), height: options.size, width: options.size, threads: options.threads)
    var generator = SystemRandomNumberGenerator()
    let input = (0..<3 * options.size * options.size).map { _ in Float.random(in: 0..<1, using: &generator) }
    let clock = ContinuousClock()
    let times = (0..<runs + 2).map { _ in
      let time = clock.measure { predictor.run { _ = $0.update(fromContentsOf: input) } }
      return Double(time.components.seconds) * 1e3 + Double(time.components.attoseconds) / 1e15
    }.dropFirst(2).sorted()
    let report = Report(
      model: network.configuration.name, threads: options.threads, size: options.size, runs: runs,
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
        U²-Net \(report.model), \(options.size)×\(options.size), \(options.threads) threads, \(runs) runs: \
        median \(rounded(report.medianMs)) ms, fastest \(rounded(report.minMs)) ms
        """)
    }
  }
}
