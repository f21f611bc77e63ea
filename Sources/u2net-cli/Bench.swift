import ArgumentParser
import U2NetCompute
import U2NetFiles
import U2Net

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
  var isa = Kernels.Choice(.fastest)

  @Option(
    help: ArgumentHelp("m of all Winograd convolutions F(m×m, 3×3), 2 to 6, instead of choosing.", valueName: "m"))
  var tile: Int?

  @Flag(help: "Transform weights when they are needed, as for a single photo.")
  var oneShot = false

  func validate() throws {
    guard (1...1_000_000).contains(runs) else { throw ValidationError("--runs must be 1 to 1000000, not \(runs)") }
    guard !explain || isa.kernels.count == 1 else { throw ValidationError("--explain needs one --isa, not all") }
    guard tile.map((2...6).contains) ?? true else { throw ValidationError("--tile must be 2 to 6, not \(tile!)") }
    guard options.augmentation == .none, options.clothes == nil else {
      throw ValidationError("bench times single passes: --tta and --class are not for it")
    }
  }

  func run() throws {
    var options = NetworkBenchmark.Options()
    (options.kernels, options.size, options.threads) = (isa.kernels, self.options.size, self.options.threads)
    (options.runs, options.tile, options.transformsWeightsAhead) = (runs, tile, !oneShot)
    let benchmark = try NetworkBenchmark(self.options.network(), options: options)
    if explain { print(benchmark.profile().table) }
    let timings = benchmark.run()
    if json { return print(try timings.count == 1 ? timings[0].json() : timings.json()) }
    print(NetworkBenchmark.lines(timings).joined(separator: "\n"))
  }
}

extension Kernels.Choice: ExpressibleByArgument {}
