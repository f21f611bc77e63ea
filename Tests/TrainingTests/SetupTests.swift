import Foundation
import Testing
import U2NetNetwork
import U2NetTraining

/// What keeps a training from beginning, and in which order that is found out.
struct SetupTests {
  private func options(_ folder: DataFolder, steps: Int = 1, _ name: String = "mine") -> TrainingRun.Options {
    TrainingRun.Options(steps: steps, output: "\(folder.path)/\(name).safetensors")
  }

  private func small(_ recipe: Recipe) -> Recipe {
    var recipe = recipe
    (recipe.batch, recipe.augmentation.side, recipe.augmentation.crop) = (2, 40, 36)
    return recipe
  }

  /// The error's text; "none" where there is none. Photos are read only if `reads` says so.
  private func problem(
    _ setup: TrainingSetup, _ folder: DataFolder, reads: Bool, recipe: ((Recipe) -> Recipe)? = nil,
    remark: (String) -> Void = { _ in }
  ) -> String {
    var isRead = false
    defer { #expect(isRead == reads) }
    do {
      let training = try setup.training(
        recipe: recipe ?? small,
        examples: {
          isRead = true
          return try folder.dataset(2)
        }, remark: remark)
      _ = try training.run()
      return "none"
    } catch { return "\(error)" }
  }

  @Test func aTrainingThatIsThereIsGoneOnFromOrReplaced() throws {
    let folder = try DataFolder()
    var setup = TrainingSetup(options(folder), from: .fresh(CheckpointTests.narrow))
    #expect(problem(setup, folder, reads: true) == "none")
    for name in ["mine.safetensors", "mine.jsonl"] {
      #expect(FileManager.default.fileExists(atPath: "\(folder.path)/\(name)"), "\(name)")
    }
    let again = problem(setup, folder, reads: false)
    #expect(again.contains("mine.safetensors: this file exists"), "\(again)")
    // Its log alone is a training's, too.
    try FileManager.default.removeItem(atPath: "\(folder.path)/mine.safetensors")
    #expect(problem(setup, folder, reads: false).contains("mine.jsonl: this file exists"))
    setup.existing = .replace
    try Data("another's".utf8).write(to: URL(filePath: "\(folder.path)/mine-best.safetensors"))
    #expect(problem(setup, folder, reads: true) == "none")
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/mine-best.safetensors"))

    var resumed = TrainingSetup(options(folder, steps: 2), from: .checkpoint)
    let training = try resumed.training(recipe: small, examples: { try folder.dataset(2) })
    #expect("\(training)".hasPrefix("2 examples, 1 of 2 steps made, ") && "\(training)".hasSuffix(" MB for a batch"))
    _ = try training.run()
    resumed.options.steps = 1
    #expect(problem(resumed, folder, reads: false).contains("has made 2 steps, more than the 1 that"))
  }

  @Test func theLearningRateIsRemarkedWhereItIsAnother() throws {
    let folder = try DataFolder()
    #expect(
      problem(TrainingSetup(options(folder), from: .fresh(CheckpointTests.narrow)), folder, reads: true) == "none")
    func remarks(_ steps: Int, _ change: @escaping (inout LearningRate) -> Void) -> [String] {
      var remarks: [String] = []
      let setup = TrainingSetup(options(folder, steps: steps), from: .checkpoint)
      let problem = problem(
        setup, folder, reads: true,
        recipe: {
          var recipe = small($0)
          change(&recipe.learningRate)
          return recipe
        }, remark: { remarks.append($0) })
      #expect(problem == "none")
      return remarks
    }
    // The steps of a constant rate are nobody's business.
    #expect(remarks(2) { _ in }.isEmpty)
    #expect(remarks(3) { $0.base = 2e-3 }.map { $0.contains("learning rate is not what it was") } == [true])
    #expect(remarks(4) { $0.schedule = .cosine }.count == 1)
  }

  @Test func nothingThatIsReadIsReplaced() throws {
    let folder = try DataFolder()
    let weights = "\(folder.path)/mine-best.safetensors"
    try Data("weights".utf8).write(to: URL(filePath: weights))
    var setup = TrainingSetup(options(folder), from: .fresh(CheckpointTests.narrow))
    setup.existing = .replace
    setup.protect(weights, as: "the weights")
    #expect(problem(setup, folder, reads: false).contains("mine-best.safetensors: this would replace the weights"))
    #expect(throws: TrainingError.self) { try setup.checkFiles() }
    // A link that leads to a photo.
    try folder.write(2)
    try FileManager.default.createSymbolicLink(
      atPath: "\(folder.path)/link.safetensors", withDestinationPath: "images/0.png")
    var linked = TrainingSetup(options(folder, "link"), from: .fresh(CheckpointTests.narrow))
    linked.existing = .replace
    #expect(problem(linked, folder, reads: true).contains("this would replace a photo of the data set"))
    #expect(try String(contentsOfFile: weights, encoding: .utf8) == "weights")
  }

  @Test func recipesAreCheckedBeforePhotosAreRead() throws {
    let folder = try DataFolder()
    let setup = TrainingSetup(options(folder), from: .fresh(CheckpointTests.narrow))
    let huge = problem(setup, folder, reads: false) { recipe in
      var recipe = recipe
      (recipe.batch, recipe.augmentation.side, recipe.augmentation.crop) = (4096, 2048, 2048)
      return recipe
    }
    #expect(huge.contains("smaller --batch"), "\(huge)")
    struct Refusal: Error {}
    #expect(throws: Refusal.self) {
      try setup.training(recipe: { _ in throw Refusal() }, examples: { try folder.dataset(2) })
    }
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/mine.jsonl"))
  }
}
