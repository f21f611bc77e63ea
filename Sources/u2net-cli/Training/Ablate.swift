import ArgumentParser
import U2NetEvaluation
import U2NetFiles
import U2NetMachine
import RSU
import U2NetTraining
import U2Net

struct Ablate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train the same outer network with one block after the other, and compare them.",
    discussion: """
      u2net ablate --data DUTS-TR/ --val ECSSD/ --divisor 4 --size 160 --steps 5000 --seeds 3 --out ablation/
      u2net ablate --data DUTS-TR/ --val ECSSD/ --blocks RSU,PLN --match middle --steps 5000 --out plain/

      Every block is trained with every seed; with the same seed all see the same photos in the same order. --match macs \
      (the default) and parameters choose the blocks' middle channels so that every network costs what that of residual \
      U-blocks does; middle leaves them as they are. Each training has a folder, such as ablation/RSU-seed1; the same \
      command goes on where it was stopped, or killed, to the same result. What is done is compared in report.html and \
      report.csv after every training.
      """)

  @OptionGroup(title: "Photos and masks") var dataset: DatasetOptions

  @Option(
    help: ArgumentHelp(
      "Blocks with commas between (default: all: \(BlockKinds.builtIn.names.joined(separator: ",")))."))
  var blocks = BlockKinds.builtIn

  @Option(help: "What is equal to the network of residual U-blocks: macs (default), parameters or middle.")
  var match = AblationPlan.Match.macs

  @OptionGroup(title: "Outer network") var network: NetworkOptions

  @Option(help: "Steps of each training.")
  var steps: Int

  @Option(help: "Trainings of each block, with the seeds 1, 2, … or from --seed on.")
  var seeds = 3

  @Option(help: ArgumentHelp("Folder of the results.", valueName: "dir"), completion: .directory)
  var out: String

  @OptionGroup(title: "Recipe") var recipe: RecipeOptions

  @Option(help: "Steps between two checkpoints.")
  var every = 500

  @Option(help: "Steps between two validations (default: a tenth of --steps).")
  var validateEvery: Int?

  @Option(help: "Photos of the validation set that the report shows with every block's mask.")
  var pictures = 8

  @Flag(help: "None: for a report that is published where the photos must not be.")
  var noPictures = false

  @Option(help: "Threads to work with (default: all cores).")
  var threads: Int = ResourceLimits.current.cores

  @Flag(help: "No progress; failures are still told.")
  var quiet = false

  func validate() throws {
    func check(_ isGood: Bool, _ message: String) throws { if !isGood { throw ValidationError(message) } }
    try check(
      dataset.validation != nil || dataset.validationImages != nil, "--val, or --val-images and --val-masks, is missing"
    )
    try check(steps > 0, "--steps must be positive, not \(steps)")
    try check((1...1000).contains(seeds), "--seeds must be 1 to 1000, not \(seeds)")
    try check(every > 0, "--every must be positive, not \(every)")
    try check(validateEvery.map { $0 > 0 } ?? true, "--validate-every must be positive")
    try check((0...1000).contains(pictures), "--pictures must be 0 to 1000, not \(pictures)")
    try check((1...1024).contains(threads), "--threads must be 1 to 1024, not \(threads)")
    try check(recipe.batch != 1, "--batch must be at least 2: batch normalisation needs more than one photo here")
    try check(recipe.seed.map { $0 <= UInt64.max - 1000 } ?? true, "--seed is too large")
    try check(!out.isEmpty && out != "-", "--out must be a folder")
    try check(
      FilePath(output: out).isFolder || !FilePath(output: out).exists, "--out must be a folder, but \(out) is a file")
  }

  func run() throws {
    let reference = network.network(of: .rsu)
    var recipe = Recipe(for: reference)
    recipe.learningRate.steps = steps
    recipe = try self.recipe.applied(to: recipe)
    let training = try dataset.training(threads: threads), validation = try dataset.validation(threads: threads)!
    let first = self.recipe.seed ?? 1
    let plan = AblationPlan(
      blocks: blocks.all, match: match, reference: reference,
      seeds: (0..<UInt64(seeds)).map { first + $0 }, steps: steps, recipe: recipe)
    let out = "\(FilePath(output: out))"
    var options = Ablation.Options(folder: out)
    (options.threads, options.checkpointEvery) = (threads, every)
    options.validateEvery = validateEvery ?? max(1, (steps + 9) / 10)
    let ablation = try Ablation(plan, training: training, validation: validation, options: options)
    Interruption.watch()
    let teller = TrainingTeller(quiet: quiet, steps: steps, total: steps * plan.runs.count, done: ablation.stepsMade)
    defer { teller.finish() }
    let end = try ablation.run(
      pictures: noPictures ? 0 : pictures, shouldStop: { Interruption.requested != nil }, onEvent: { teller.tell($0) })
    teller.finish()
    if end == .stopped, let signal = Interruption.requested {
      throw CommandFailure(lines: ["stopped; the same command goes on"], exitCode: Interruption.exitCode(signal))
    }
    if !quiet { Console.note("compared in \(out)/report.html and \(out)/report.csv") }
  }
}

extension BlockKinds: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
  public var defaultValueDescription: String { "all" }
}

extension AblationPlan.Match: ExpressibleByArgument {}
