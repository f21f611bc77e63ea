import U2NetCompute
import U2NetGradients
import Foundation
import U2NetImageFiles
import U2NetSafetensors
import Testing
import U2NetNetwork

import U2NetTraining

struct TrainerTests {
  static func trainer(
    _ dataset: Dataset, from checkpoint: Checkpoint = Checkpoint(CheckpointTests.narrow, seed: 3), threads: Int = 2,
    _ change: (inout Recipe) -> Void = { _ in }
  ) throws -> Trainer {
    var recipe = Recipe()
    (recipe.batch, recipe.seed) = (4, 8)
    (recipe.augmentation.side, recipe.augmentation.crop) = (40, 36)
    change(&recipe)
    return try Trainer(dataset, from: checkpoint, recipe: recipe, threads: threads)
  }

  static func bytes(_ trainer: Trainer) -> [UInt8] { Safetensors.serialize(trainer.checkpoint.store(source: "memory")) }

  @Test func lossesFall() throws {
    let folder = try DataFolder()
    let trainer = try Self.trainer(folder.dataset(6))
    var losses: [Double] = []
    for _ in 0..<80 { losses.append(try trainer.step().loss.total) }
    let start = losses.prefix(5).reduce(0, +), end = losses.suffix(5).reduce(0, +)
    #expect(end < 0.6 * start, "\(losses)")
  }

  /// Released weights have their batch normalisation folded. Training begins with the same features nevertheless.
  @Test func foldedNormalizationIsGivenBack() throws {
    let folder = try DataFolder()
    let dataset = try folder.dataset(4)
    func whole(_ recipe: inout Recipe) {
      recipe.augmentation.crop = 40
      recipe.augmentation.flipsRows = false
    }
    let first = try Self.trainer(dataset, whole)
    for _ in 0..<30 { _ = try first.step() }
    let trained = try TrainedNetwork(first.checkpoint.store(source: "trained"))

    var store = ParameterStore(source: "folded", metadata: trained.store.metadata)
    for (name, layer) in trained.parameters {
      let names = ParameterNames(name)
      (store[names.weight], store[names.bias]) = (layer.folded.weight, layer.folded.bias)
    }
    let trainer = try Self.trainer(dataset, from: Checkpoint(store), whole)
    let validation = Validation(dataset, as: trainer.recipe.augmentation)
    let folded = try #require(try validation.run(TrainedNetwork(store)))
    let restored = try #require(try validation.run(TrainedNetwork(trainer.checkpoint.store(source: "restored"))))
    #expect(abs(restored.loss - folded.loss) < 1e-4 * folded.loss, "\(restored.loss), folded \(folded.loss)")
    let loss = try trainer.step().loss.total
    #expect(abs(loss - folded.loss) < 0.05 * folded.loss, "\(loss), in inference \(folded.loss)")
  }

  /// With all that has a state: the optimiser, the mean of the weights, the order of the data, chance, the learning rate.
  @Test func goesOnBitForBit() throws {
    let folder = try DataFolder()
    let dataset = try folder.dataset(3)
    func change(_ recipe: inout Recipe) {
      recipe.accumulation = 2
      recipe.averageDecay = 0.9
      recipe.augmentation.scale = 0.3
      recipe.augmentation.colors.hue = 0.1
      recipe.augmentation.colors.contrast = 0.2
      recipe.learningRate.schedule = .cosine
      (recipe.learningRate.warmup, recipe.learningRate.steps) = (2, 4)
    }
    let whole = try Self.trainer(dataset, threads: 1, change), parted = try Self.trainer(dataset, change)
    for _ in 0..<4 { _ = try whole.step() }
    for _ in 0..<2 { _ = try parted.step() }
    let resumed = try Self.trainer(
      dataset, from: Checkpoint(parted.checkpoint.store(source: "memory")), threads: 3, change)
    #expect(resumed.checkpoint.average?.decay == 0.9)
    for _ in 0..<2 { _ = try resumed.step() }
    #expect(Self.bytes(resumed) == Self.bytes(whole))
    let other = try Self.trainer(dataset) {
      change(&$0)
      $0.seed = 9
    }
    for _ in 0..<4 { _ = try other.step() }
    #expect(Self.bytes(other) != Self.bytes(whole))
  }

  @Test func otherDataOrSettingsAreRefused() throws {
    let folder = try DataFolder()
    let dataset = try folder.dataset(3)
    let trainer = try Self.trainer(dataset)
    _ = try trainer.step()
    let checkpoint = try Checkpoint(trainer.checkpoint.store(source: "memory"))
    func refusal(_ dataset: Dataset, _ change: (inout Recipe) -> Void = { _ in }) -> String {
      do {
        _ = try Self.trainer(dataset, from: checkpoint, change)
        return "none"
      } catch { return "\(error)" }
    }
    #expect(refusal(dataset) == "none")
    #expect(refusal(dataset) { $0.learningRate.base = 1e-5 } == "none")
    #expect(refusal(dataset) { $0.batch = 2 }.contains("batch is 2, was 4"))
    #expect(refusal(dataset) { $0.augmentation.maskThreshold = 9 }.contains("mask threshold is 9, was none"))
    #expect(refusal(dataset) { $0.averageDecay = 0.5 }.contains("average decay is 0.5, was none"))
    #expect(refusal(Dataset(Array(dataset.examples.dropLast()))).contains("photos and masks"))
  }

  @Test func twoBatchesMakeOneStep() throws {
    let folder = try DataFolder()
    let dataset = try folder.dataset(4)
    // Two batches of the same two examples: their mean gradient is that of one of them. Without chance in the cut.
    func train(_ accumulation: Int, _ dataset: Dataset) throws -> Trainer {
      let trainer = try Self.trainer(dataset) {
        ($0.batch, $0.accumulation) = (1, accumulation)
        ($0.augmentation.crop, $0.augmentation.flipsRows) = (40, false)
      }
      #expect(try trainer.step().number == 1)
      return trainer
    }
    let one = Dataset(Array(dataset.examples[..<1]))
    let a = try train(1, one), b = try train(2, one)
    let (x, y) = (a.checkpoint.parameters, b.checkpoint.parameters)
    for (name, layer) in x {
      #expect(layer.weight.values == y[name]!.weight.values, "\(name)")
    }
    // Of different examples it is another one.
    let c = try train(2, dataset)
    #expect(c.checkpoint.parameters.contains { x[$0.key]!.weight.values != $0.value.weight.values })
    #expect(c.recipe.examplesPerStep == 2)
  }

  @Test func theAverageFollowsTheWeights() throws {
    let folder = try DataFolder()
    let trainer = try Self.trainer(folder.dataset(2)) { $0.averageDecay = 0.9 }
    let name = CheckpointTests.narrow.outline()[0].layer.name
    func first(_ values: NetworkParameters) -> [Double] {
      let layer = values[name]!
      return [layer.weight, layer.normalization!.mean].map { Double($0.values[0]) }
    }
    var expected = first(trainer.checkpoint.parameters)
    for step in 1...5 {
      _ = try trainer.step()
      let now = first(trainer.checkpoint.parameters)
      let decay = min(0.9, Double(1 + step) / Double(10 + step))
      expected = zip(expected, now).map { $0 + (1 - decay) * ($1 - $0) }
    }
    for (a, b) in zip(first(trainer.checkpoint.average!.parameters), expected) { #expect(abs(a - b) < 1e-6) }
    // The file's weights are the average, the values to train on lie beside them.
    let store = trainer.checkpoint.store(source: "memory"), weight = "stage1.rebnconvin.conv_s1.weight"
    #expect(Double(store[weight]!.values[0]) == first(trainer.checkpoint.average!.parameters)[0])
    #expect(store["live." + weight]!.values[0] != store[weight]!.values[0])
    #expect(try TrainedNetwork(store).store[weight]!.values[0] == store[weight]!.values[0])
    #expect(
      trainer.checkpoint.weights(source: "memory").names.allSatisfy { !$0.hasPrefix("live.") && !$0.hasPrefix("adam.") }
    )
  }

  @Test func aFileThatGoesBadStopsBeforeTheStep() throws {
    let folder = try DataFolder()
    let dataset = try folder.dataset(2)
    let trainer = try Self.trainer(dataset)
    _ = try trainer.step()
    let before = Self.bytes(trainer)
    let bytes = try Data(contentsOf: URL(filePath: dataset.examples[1].photo))
    try bytes.prefix(60).write(to: URL(filePath: dataset.examples[1].photo))
    var message = ""
    do { for _ in 0..<3 { _ = try trainer.step() } } catch { message = "\(error)" }
    #expect(message.contains(dataset.examples[1].photo), "\(message)")
    #expect(trainer.steps > 1 || Self.bytes(trainer) == before)
    let stopped = trainer.steps
    try bytes.write(to: URL(filePath: dataset.examples[1].photo))
    #expect(try trainer.step().number == stopped + 1, "the same batch can be read once the file is good again")
  }

  /// Without an end the rate was 0 after the first step.
  @Test func aCosineNeedsItsEnd() throws {
    var rate = LearningRate()
    rate.schedule = .cosine
    for step in [0, 1, 2, 1000] { #expect(rate.rate(after: step) == rate.base) }
    let folder = try DataFolder()
    do {
      _ = try Self.trainer(folder.dataset(2)) { $0.learningRate.schedule = .cosine }
      Issue.record("a training began without an end")
    } catch { #expect("\(error)".contains("learningRate.steps"), "\(error)") }
    let trainer = try Self.trainer(folder.dataset(2)) {
      ($0.learningRate.schedule, $0.learningRate.steps) = (.cosine, 2)
    }
    for _ in 0..<2 { #expect(try trainer.step().learningRate > 0) }
  }

  @Test func learningRates() {
    var rate = LearningRate()
    #expect(rate.rate(after: 0) == 1e-3 && rate.rate(after: 99) == 1e-3)
    rate.warmup = 4
    #expect(rate.rate(after: 0) == 0.25e-3 && rate.rate(after: 3) == 1e-3 && rate.rate(after: 4) == 1e-3)
    (rate.schedule, rate.steps) = (.cosine, 14)
    #expect(rate.rate(after: 1) == 0.5e-3 && rate.rate(after: 4) == 1e-3)
    #expect(abs(rate.rate(after: 9) - 0.5e-3) < 1e-18)
    #expect(rate.rate(after: 13) > 0 && rate.rate(after: 14) < 1e-18 && rate.rate(after: 50) < 1e-18)
  }
}
