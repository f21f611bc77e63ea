import ArgumentParser
import U2NetEvaluation
import U2NetFiles
import U2NetMachine
import U2NetTraining
import U2Net

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a network on photos and their masks, from scratch or from given weights.",
    discussion: """
      u2net train --data DUTS-TR/ --steps 2000 -o mine.safetensors
      u2net train --data DUTS-TR/ --steps 4000 -o mine.safetensors --resume
      u2net train --data mugs/ --val mugs-val/ --validate-every 100 --steps 500 --weights base.safetensors -o mugs.safetensors

      Files go together that have the same name but for their extensions. What is not said otherwise is the authors' \
      recipe: Adam, learning rate 0.001, batches of 12, 320×320 cut to 288×288, rows reversed in half of the cases, the sum \
      of the seven maps' binary cross-entropies. The output holds all that --resume needs to go on bit for bit, and is a \
      weight file: u2net mask --weights mine.safetensors. Beside it lie mine.jsonl, the log, and with --val \
      mine-best.safetensors, the weights that scored best.
      """)

  @OptionGroup(title: "Photos and masks") var dataset: DatasetOptions

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Where the checkpoint goes.", valueName: "file.safetensors"),
    completion: .file())
  var output: String

  @Flag(help: "Go on from the output file, up to --steps in all.")
  var resume = false

  @Flag(help: "Begin anew although the output file exists.")
  var overwrite = false

  @Option(
    name: .shortAndLong, help: "lite (default), full, isnet or human, with fresh values, by the recipe of its authors.")
  var model: Model?

  @Option(
    help: ArgumentHelp(
      "Fresh values, with M middle and O output channels in every stage, or eleven such pairs; lite is 16:64.",
      valueName: "M:O[,…]"))
  var widths: StageWidths?

  @Option(
    name: [.long, .customLong("init")],
    help: ArgumentHelp("Begin with these weights (.safetensors, .onnx or .pth).", valueName: "file"),
    completion: .file())
  var weights: String?

  @Option(help: "Steps in all; the authors made 600,000.")
  var steps: Int

  @OptionGroup(title: "Recipe") var recipe: RecipeOptions

  @Option(help: "Steps between two checkpoints.")
  var every = 2000

  @Option(help: "With --val: steps between two validations (default: 2000).")
  var validateEvery: Int?

  @Option(
    help: ArgumentHelp("With --val: what tells the best network, as `u2net evaluate --json` calls it (default: mae)."))
  var bestBy: Measure?

  @Option(help: "Threads to work with (default: all cores).")
  var threads: Int = ResourceLimits.current.cores

  @Flag(help: "No progress; failures are still told.")
  var quiet = false

  func validate() throws {
    guard [resume, model != nil, widths != nil, weights != nil].count(where: { $0 }) <= 1 else {
      throw ValidationError("--resume, --model, --widths and --weights exclude each other")
    }
    guard !resume || !overwrite else { throw ValidationError("--resume and --overwrite exclude each other") }
    guard steps > 0, every > 0, validateEvery ?? 1 > 0 else {
      throw ValidationError("--steps, --every and --validate-every must be positive")
    }
    guard dataset.hasValidation || (validateEvery == nil && bestBy == nil) else {
      throw ValidationError("\(validateEvery == nil ? "--best-by" : "--validate-every") has no effect without --val")
    }
    guard (1...1024).contains(threads) else { throw ValidationError("--threads must be 1 to 1024, not \(threads)") }
    guard output != "-", !FilePath(output: output).isFolder else { throw ValidationError("--output must be a file") }
  }

  func run() throws {
    let output = FilePath(output: output)
    try output.checkExtension(among: ["safetensors"], "checkpoints are written as safetensors")
    var options = TrainingRun.Options(steps: steps, file: output)
    (options.checkpointEvery, options.validateEvery, options.criterion) = (every, validateEvery ?? 2000, bestBy ?? .mae)
    let fresh = try widths?.configuration ?? NetworkOptions.structure(of: model ?? .lite)
    var setup = TrainingSetup(options, from: resume ? .checkpoint : .fresh(fresh))
    (setup.existing, setup.threads) = (overwrite ? .replace : .refuse, threads)
    if let weights {
      setup.protect(FilePath(argument: weights), as: "the --weights")
      try setup.checkFiles()
      setup.origin = .network(try TrainedNetwork(contentsOf: FilePath(argument: weights)))
    }
    let training = try setup.training(
      recipe: recipe.applied, examples: { try dataset.training(threads: threads) },
      validation: { try dataset.validation(threads: threads) }, remark: Console.note)
    let trainer = training.trainer
    Interruption.watch()
    if !quiet { Console.note("\(training)") }
    let report = TrainingTeller(quiet: quiet, steps: steps, total: steps, done: trainer.steps)
    defer { report.finish() }
    let end = try training.run(shouldStop: { Interruption.requested != nil }, onEvent: { report.tell($0) })
    if end == .stopped, let signal = Interruption.requested {
      report.finish()
      throw CommandFailure(
        lines: [
          "stopped after step \(trainer.steps) of \(steps), which is in \(output); the same command with --resume goes on"
        ],
        exitCode: Interruption.exitCode(signal))
    }
  }
}

extension Measure: ExpressibleByArgument {}
