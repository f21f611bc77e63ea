import ArgumentParser
import U2NetCompute
import U2Net
import U2NetMachine
import U2NetPlatform

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

  @Option(
    help: ArgumentHelp(
      "Kernels to use: \(Kernels.names.joined(separator: ", ")); or all, in turns, each with weights of its own.",
      valueName: "name"))
  var isa: KernelChoice = .one(.fastest)

  @Option(
    help: ArgumentHelp("m of all Winograd convolutions F(m×m, 3×3), 2 to 6, instead of choosing.", valueName: "m"))
  var tile: Int?

  @Flag(help: "Transform weights when they are needed, as for a single photo.")
  var oneShot = false

  func validate() throws {
    guard (1...1_000_000).contains(runs) else { throw ValidationError("--runs must be 1 to 1000000, not \(runs)") }
    guard !explain || isa.kernels.count == 1 else { throw ValidationError("--explain needs one --isa, not all") }
    guard tile.map((2...6).contains) ?? true else { throw ValidationError("--tile must be 2 to 6, not \(tile!)") }
  }

  private struct Report: Encodable {
    let model, isa: String
    let threads, size, runs: Int
    let medianMs, minMs: Double
    /// Time as a multiple of that of the first kernels, pass by pass: the median.
    let ratio: Double

    init(_ bench: Bench, model: String, isa: String, times: [Double], first: [Double]) {
      self.model = model
      self.isa = isa
      threads = bench.options.threads
      size = bench.options.size
      runs = bench.runs
      medianMs = median(times)
      minMs = times.min()!
      ratio = median(zip(times, first).map { $0 / $1 })
    }

    var line: String {
      """
      U²-Net \(model), \(size)×\(size), \(threads) threads, \(isa), \(runs) runs: \
      median \(rounded(medianMs, 1)) ms, fastest \(rounded(minMs, 1)) ms
      """
    }
  }

  func run() throws {
    let network = try options.network(), name = network.configuration.name
    try checkMemory(for: network)
    let predictors = isa.kernels.map { kernels in
      Predictor(
        PreparedNetwork(network), height: options.size, width: options.size, threads: options.threads,
        options: inference(kernels))
    }
    var generator = SystemRandomNumberGenerator()
    let input = (0..<3 * options.size * options.size).map { _ in Float.random(in: 0..<1, using: &generator) }
    if explain { print(EngineProfile(predictors[0], input: input, runs: runs).table) }
    var times = predictors.map { _ in [Double]() }
    for _ in 0..<runs + 2 {
      for (index, predictor) in predictors.enumerated() {
        let time = ContinuousClock().measure { input.withUnsafeBufferPointer(predictor.run) }
        times[index].append(time.inMilliseconds)
      }
    }
    times = times.map { Array($0.dropFirst(2)) }
    let reports = zip(isa.kernels, times).map { kernels, own in
      Report(self, model: name, isa: kernels.name, times: own, first: times[0])
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      encoder.keyEncodingStrategy = .convertToSnakeCase
      let data = reports.count == 1 ? try encoder.encode(reports[0]) : try encoder.encode(reports)
      print(String(decoding: data, as: UTF8.self))
    } else {
      for report in reports {
        print(report.line + (reports.count == 1 ? "" : ", \(rounded(report.ratio, 2)) of \(reports[0].isa)'s"))
      }
    }
  }
}

extension Bench {
  private func inference(_ kernels: Kernels) -> Inference.Options {
    var inference = Inference.Options()
    inference.kernels = kernels
    inference.tile = tile
    inference.transformsWeightsAhead = !oneShot
    return inference
  }

  /// - Throws: `MemoryShortage`.
  private func checkMemory(for network: TrainedNetwork) throws {
    let needed = isa.kernels.reduce(4 * (3 * options.size * options.size + network.storedValues)) { sum, kernels in
      let its = Predictor.memory(
        network.configuration, height: options.size, width: options.size, threads: options.threads,
        options: inference(kernels))
      return sum + its.weights + its.maps + its.scratch
    }
    guard needed > ResourceLimits.availableMemory else { return }
    throw MemoryShortage(
      "timing the \(network.configuration.name) network at \(options.size)×\(options.size) pixels", needed: needed,
      advice: "choose a smaller --input-size" + (isa.kernels.count > 1 ? ", or one --isa" : ""))
  }
}

/// What `--isa` takes.
enum KernelChoice: ExpressibleByArgument {
  case one(Kernels), all

  init?(argument: String) {
    if argument == "all" {
      self = .all
    } else {
      guard let kernels = Kernels(named: argument) else { return nil }
      self = .one(kernels)
    }
  }

  var kernels: [Kernels] {
    switch self {
    case .one(let kernels): [kernels]
    case .all: Kernels.names.map { Kernels(named: $0)! }
    }
  }

  var defaultValueDescription: String { kernels[0].name }
}

private func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

private func rounded(_ value: Double, _ places: Int) -> Double {
  let scale = places == 1 ? 10.0 : 100.0
  return (value * scale).rounded() / scale
}
