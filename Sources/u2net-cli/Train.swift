import ArgumentParser
import Compute
import Evaluation
import Files
import Images
import Safetensors
import Training
import U2Net
import WeightFiles

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a network on photos and their masks, from scratch or from given weights.",
    discussion: """
      u2net train --images photos/ --masks masks/ --steps 2000 -o mine.safetensors
      u2net train --images photos/ --masks masks/ --steps 4000 -o mine.safetensors --resume
      u2net train --images photos/ --masks masks/ --steps 500 --weights base.safetensors -o mine.safetensors

      Files go together that have the same name but for their extensions. What is not said otherwise is the authors' \
      recipe: Adam, learning rate 0.001, batches of 12, 320×320 cut to 288×288, rows reversed in half of the cases, the sum \
      of the seven maps' binary cross-entropies. The output holds the optimiser's state, too, and is a weight file: \
      u2net mask --weights mine.safetensors.
      """)

  @Option(help: ArgumentHelp("Folder of photos.", valueName: "dir"))
  var images: String

  @Option(help: ArgumentHelp("Folder of their masks.", valueName: "dir"))
  var masks: String

  @Option(name: .shortAndLong, help: ArgumentHelp("Where the checkpoint goes.", valueName: "file.safetensors"))
  var output: String

  @Flag(help: "Go on from the output file, up to --steps in all.")
  var resume = false

  @Option(name: .shortAndLong, help: "lite (default) or full, with fresh values.")
  var model: Model?

  @Option(help: ArgumentHelp("Begin with these weights (.safetensors, .onnx or .pth).", valueName: "file"))
  var weights: String?

  @Option(help: "Steps in all; the authors made 600,000.")
  var steps: Int

  @Option(help: "Photos in a batch.")
  var batch = 12

  @Option(help: "Side of the square that photos are squashed to.")
  var side = 320

  @Option(help: "Side of what is cut out of it.")
  var crop = 288

  @Flag(help: "Also reverse the columns in half of the cases.")
  var mirror = false

  @Option(name: .customLong("learning-rate"), help: "Adam's learning rate (default: 0.001; of a checkpoint: its own).")
  var learningRate: Double?

  @Option(help: "What all chance is made from.")
  var seed: UInt64 = 0

  @Option(help: "Steps between two checkpoints.")
  var every = 2000

  @Option(help: "Threads to work with (default: all cores).")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard [resume, model != nil, weights != nil].count(where: { $0 }) <= 1 else {
      throw ValidationError("--resume, --model and --weights exclude each other")
    }
    guard steps > 0, batch > 0, every > 0 else {
      throw ValidationError("--steps, --batch and --every must be positive")
    }
    guard (32...2048).contains(side), (32...side).contains(crop) else {
      throw ValidationError("--side must be 32 to 2048 and --crop 32 to --side, not \(side) and \(crop)")
    }
    guard (1...1024).contains(threads) else { throw ValidationError("--threads must be 1 to 1024, not \(threads)") }
    guard learningRate.map({ $0 > 0 && $0.isFinite }) ?? true else {
      throw ValidationError("--learning-rate must be positive")
    }
  }

  func run() throws {
    let pairing = try Pairing(predictions: Evaluate.files(in: images), truths: Evaluate.files(in: masks))
    let examples = pairing.pairs.map { Trainer.Example(photo: $0.prediction, mask: $0.truth) }
    let problems =
      pairing.unpairedPredictions.map { "\($0): no mask of this name in \(masks)" }
      + pairing.unpairedTruths.map { "\($0): no photo of this name in \(images)" } + Trainer.problems(of: examples)
    guard problems.isEmpty else { throw CommandFailure(lines: problems) }

    var options = Trainer.Options()
    (options.batch, options.seed, options.threads) = (batch, seed, threads)
    (options.augmentation.side, options.augmentation.crop) = (side, crop)
    options.augmentation.flipsColumns = mirror
    let trainer = Trainer(examples, from: try start(), options: options)
    let optimizer = trainer.checkpoint.optimizer
    if let learningRate { optimizer.options.learningRate = learningRate }

    note("\(examples.count) examples, \(optimizer.steps) of \(steps) steps made")
    var total = 0.0, fused = 0.0, count = 0
    while optimizer.steps < steps {
      let loss = try trainer.run()
      guard loss.total.isFinite else {
        throw CommandFailure("step \(optimizer.steps): the loss is \(loss.total); try a smaller --learning-rate")
      }
      (total, fused, count) = (total + loss.total, fused + loss.fused, count + 1)
      let isLast = optimizer.steps == steps
      if optimizer.steps % 10 == 0 || isLast {
        note("step \(optimizer.steps)  loss \(rounded(total / Double(count)))  fused \(rounded(fused / Double(count)))")
        (total, fused, count) = (0, 0, 0)
      }
      if optimizer.steps % every == 0 || isLast { try trainer.checkpoint.write(to: output) }
    }
  }

  private func start() throws -> Checkpoint {
    if resume { return try Checkpoint(path: output) }
    if let weights { return try Checkpoint(WeightFile.read(path: weights).network().store) }
    let configuration: Configuration = model == .full ? .full : .lite
    var generator = SplitMix64(seed: seed)
    let parameters = TrainableParameters(configuration, using: &generator)
    return Checkpoint(configuration, parameters, Adam(parameters))
  }

  private func rounded(_ x: Double) -> String { "\((x * 10000).rounded() / 10000)" }
}
