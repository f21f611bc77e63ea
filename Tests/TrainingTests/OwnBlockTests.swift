import Foundation
import Synchronization
import Testing
import U2NetTraining

/// A block that this library does not have, from training to scores.
private struct Wide: Block {
  let widths: Widths
  var kind: String { "WIDE" }
  static let kind = BlockKind("WIDE") { Wide(widths: $0) }

  func callAsFunction<E: Engine>(_ x: E.FeatureMap, stage: String, on engine: E) -> E.FeatureMap {
    let layers = StageLayers(stage, engine)
    let features = layers("in", x, widths.input, widths.middle)
    let mean = engine.upsample(engine.averagePool(features, cells: 2), like: features)
    return layers("out", engine.concatenate([features, mean]), 2 * widths.middle, widths.output)
  }
}

struct OwnBlockTests {
  private static let network = AblationTests.reference.with(blocks: Wide.kind)
  private static let kinds = BlockKinds.builtIn.with(Wide.kind)

  private static var recipe: Recipe {
    var recipe = Recipe()
    recipe.batch = 2
    (recipe.augmentation.side, recipe.augmentation.crop) = (40, 36)
    return recipe
  }

  @Test func trainsAndGoesOnFromItsFile() throws {
    let folder = try DataFolder(), dataset = try folder.dataset(3), path = "\(folder.path)/own.safetensors"
    let whole = try Trainer(dataset, from: Checkpoint(Self.network, seed: 1), recipe: Self.recipe)
    let half = try Trainer(dataset, from: Checkpoint(Self.network, seed: 1), recipe: Self.recipe)
    var losses: [Double] = []
    for _ in 0..<4 { losses.append(try whole.step().loss.total) }
    for _ in 0..<2 { _ = try half.step() }
    try half.checkpoint.write(to: path)
    #expect(throws: WeightFileError.self) { try Checkpoint(path: path) }
    let rest = try Trainer(dataset, from: Checkpoint(path: path, kinds: Self.kinds), recipe: Self.recipe)
    for loss in losses[2...] { #expect(try rest.step().loss.total == loss) }

    // Validated while it is trained, and scored from its file as anybody would.
    var options = TrainingRun.Options(steps: 6, output: path)
    (options.checkpointEvery, options.validateEvery, options.logEvery) = (1, 2, 1)
    let validation = Validation(dataset, as: Self.recipe.augmentation)
    #expect(try TrainingRun(rest, validation: validation, options: options).run() == .finished)
    let network = try TrainedNetwork(safetensors: options.bestOutput, kinds: Self.kinds)
    let scores = try #require(try validation.run(network)).scores
    #expect(network.configuration.name == "WIDE" && scores[.mae]! < 1)
  }

  @Test func isComparedWithTheOthers() throws {
    let folder = try DataFolder(), dataset = try folder.dataset(3)
    let plan = AblationPlan(
      blocks: [.rsu, Wide.kind], match: .parameters, reference: AblationTests.reference, seeds: [1], steps: 2,
      recipe: Self.recipe)
    func run(stoppingAfter steps: Int) throws -> TrainingRun.End {
      var options = Ablation.Options(folder: "\(folder.path)/out")
      (options.checkpointEvery, options.validateEvery) = (1, 2)
      let ablation = try Ablation(plan, training: dataset, validation: dataset, options: options)
      let made = Atomic<Int>(0)
      return try ablation.run(pictures: 1, shouldStop: { made.load(ordering: .relaxed) >= steps }) { event in
        if case .training(_, .step) = event { made.add(1, ordering: .relaxed) }
      }
    }
    // Stopped in the middle of the second network, whose checkpoint is read then.
    #expect(try run(stoppingAfter: 3) == .stopped)
    #expect(try run(stoppingAfter: .max) == .finished)
    let csv = try String(contentsOfFile: "\(folder.path)/out/report.csv", encoding: .utf8)
    #expect(csv.contains("\r\nRSU,1,2,") && csv.contains("\r\nWIDE,1,2,"))
    let html = try String(contentsOfFile: "\(folder.path)/out/report.html", encoding: .utf8)
    #expect(html.contains("Ablation: RSU, WIDE in one outer network") && html.contains("alt=\"WIDE of 0\""))
  }
}
