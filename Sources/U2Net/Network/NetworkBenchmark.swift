import U2NetCompute
import U2NetMachine
import U2NetPlatform

/// Times passes of the network alone: warm, one picture, random input. Several tables of kernels take turns, pass by pass, so
/// that whatever else the machine does slows all of them alike.
public struct NetworkBenchmark {
  /// What is timed, and how often.
  public struct Options: Sendable {
    /// Each is timed with weights of its own; at least one.
    public var kernels = [Kernels.fastest]
    /// Side of the square input in pixels, ≥ 32; nil: what the network was trained for.
    public var size: Int?
    /// Threads that work on a pass.
    public var threads = ResourceLimits.current.cores
    /// Timed passes, ≥ 1, after two that are not.
    public var runs = 10
    /// m of all Winograd convolutions F(m×m, 3×3), 2…6; nil: as it suits each.
    public var tile: Int?
    /// Whether weights are transformed once, ahead of the passes; otherwise in each.
    public var transformsWeightsAhead = true

    /// As the properties say.
    public init() {}
  }

  /// The passes with one table of kernels.
  public struct Timing: Encodable, Equatable, Sendable {
    /// The network, and the table's name.
    public let model, isa: String
    /// As in the options.
    public let threads, size, runs: Int
    /// Milliseconds of a pass: the median, and the fastest.
    public let medianMs, minMs: Double
    /// Time as a multiple of that of the first kernels, pass by pass: the median.
    public let ratio: Double

    /// - Parameters:
    ///   - model: the network's name.
    ///   - isa: the table's name.
    ///   - options: what was timed.
    ///   - size: side of the input.
    ///   - times: milliseconds of the passes; at least one.
    ///   - first: those of the first kernels, as many.
    init(_ model: String, _ isa: String, _ options: Options, size: Int, times: [Double], first: [Double]) {
      (self.model, self.isa) = (model, isa)
      (threads, self.size, runs) = (options.threads, size, options.runs)
      medianMs = Self.median(times)
      minMs = times.min()!
      ratio = Self.median(zip(times, first).map { $0 / $1 })
    }

    /// Of an even number of values the mean of the two in the middle.
    static func median(_ values: [Double]) -> Double {
      let sorted = values.sorted()
      return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
  }

  private let model: String
  private let options: Options
  private let size: Int
  private let predictors: [Predictor]
  private let input: [Float]

  /// Plans the passes.
  /// - Parameters:
  ///   - network: what is timed; how fast it is does not depend on its values.
  ///   - options: how.
  /// - Throws: `MemoryShortage` if the passes do not fit into the memory that the process may still take.
  public init(_ network: TrainedNetwork, options: Options = Options()) throws(MemoryShortage) {
    precondition(
      !options.kernels.isEmpty && options.runs > 0, "\(options.runs) runs of \(options.kernels.count) kernels")
    (model, self.options) = (network.configuration.name, options)
    let size = options.size ?? network.input.size
    self.size = size
    try Self.checkMemory(for: network, size: size, options)
    predictors = options.kernels.map { kernels in
      Predictor(
        PreparedNetwork(network), height: size, width: size, threads: options.threads,
        options: Self.inference(kernels, options))
    }
    var generator = SystemRandomNumberGenerator()
    input = (0..<3 * size * size).map { _ in Float.random(in: 0..<1, using: &generator) }
  }

  /// Where the time of a pass with the first kernels goes.
  public func profile() -> EngineProfile { EngineProfile(predictors[0], input: input, runs: options.runs) }

  /// Times the passes.
  /// - Returns: one for each of the kernels, in their order.
  public func run() -> [Timing] {
    var times = predictors.map { _ in [Double]() }
    for _ in 0..<options.runs + 2 {
      for (index, predictor) in predictors.enumerated() {
        let time = ContinuousClock().measure { input.withUnsafeBufferPointer(predictor.run) }
        times[index].append(time.inMilliseconds)
      }
    }
    times = times.map { Array($0.dropFirst(2)) }
    return zip(options.kernels, times).map { Timing(model, $0.name, options, size: size, times: $1, first: times[0]) }
  }

  private static func inference(_ kernels: Kernels, _ options: Options) -> Inference.Options {
    var inference = Inference.Options()
    inference.kernels = kernels
    inference.tile = options.tile
    inference.transformsWeightsAhead = options.transformsWeightsAhead
    return inference
  }

  private static func checkMemory(for network: TrainedNetwork, size: Int, _ options: Options) throws(MemoryShortage) {
    let needed = options.kernels.reduce(4 * (3 * size * size + network.storedValues)) { sum, kernels in
      let its = Predictor.memory(
        network.configuration, height: size, width: size, threads: options.threads,
        options: inference(kernels, options))
      return sum + its.weights + its.maps + its.scratch
    }
    guard needed > ResourceLimits.availableMemory else { return }
    throw MemoryShortage(
      "timing the \(network.configuration.name) network at \(size)×\(size) pixels", needed: needed,
      advice: "choose a smaller --input-size" + (options.kernels.count > 1 ? ", or one --isa" : ""))
  }
}

extension NetworkBenchmark.Timing: CustomStringConvertible {
  /// What was timed, and the median and the fastest pass.
  public var description: String {
    """
    U²-Net \(model), \(size)×\(size), \(threads) threads, \(isa), \(runs) runs: \
    median \(fixed(medianMs, places: 1)) ms, fastest \(fixed(minMs, places: 1)) ms
    """
  }
}

extension NetworkBenchmark {
  /// A line for each timing; of several, each beside the first.
  public static func lines(_ timings: [Timing]) -> [String] {
    guard timings.count > 1 else { return timings.map { "\($0)" } }
    return timings.map { "\($0), \(fixed($0.ratio, places: 2)) of \(timings[0].isa)'s" }
  }
}
