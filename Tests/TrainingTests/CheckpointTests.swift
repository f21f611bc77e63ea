import U2NetCompute
import U2NetGradients
import Foundation
import RSU
import U2NetPlatform
import U2NetSafetensors
import Testing
import U2NetTraining
import U2NetNetwork

struct CheckpointTests {
  /// The lite network's blocks with few channels.
  static let narrow = Configuration.custom(
    widths: Configuration.lite.stages.map { stage in
      let input = stage.block.widths.input
      return Widths(input == 3 ? 3 : input / 8, 3, 8)
    })

  /// A training that stands at its beginning, and the batch it sees.
  struct Run {
    var parameters: TrainableParameters
    var optimizer: Adam
    let images: [Float], masks: [Float]

    var checkpoint: Checkpoint { Checkpoint(narrow, parameters, optimizer, metadata: ["note": "mine"]) }

    init() {
      var generator = SplitMix64(seed: 11)
      parameters = TrainableParameters(narrow, using: &generator)
      var options = Adam.Options()
      options.learningRate = 0.0123456789
      optimizer = Adam(parameters, options: options)
      images = (0..<2 * 3 * 32 * 48).map { _ in Float(2 * generator.unit() - 1) }
      masks = (0..<2 * 32 * 48).map { _ in Float(generator.unit()) }
    }

    /// Trains for some steps and returns all of the state.
    func train(steps: Int, threads: Int = 2) -> [UInt8] {
      let step = TrainingStep(
        narrow, parameters: parameters, optimizer: optimizer, images: 2, height: 32, width: 48,
        pool: ThreadPool(threads: threads))
      images.withUnsafeBufferPointer { images in
        masks.withUnsafeBufferPointer { masks in
          for _ in 0..<steps { step.run(images: images, masks: masks) }
        }
      }
      return Safetensors.serialize(checkpoint.store(source: "run"))
    }
  }

  @Test func trainingGoesOnBitForBit() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "checkpoint-\(UUID()).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let whole = Run().train(steps: 4)
    var parted = Run()
    _ = parted.train(steps: 2)
    try parted.checkpoint.write(to: path)
    let checkpoint = try Checkpoint(path: path)
    #expect(checkpoint.optimizer.steps == 2)
    #expect(checkpoint.metadata["note"] == "mine")
    parted.parameters = TrainableParameters(parted.parameters.layers, checkpoint.parameters)
    parted.optimizer = Adam(parted.parameters, at: checkpoint.optimizer)
    #expect(parted.train(steps: 2) == whole)
  }

  /// Whatever a training does afterwards, a checkpoint stays as it is: one that was taken of it and one it began with.
  @Test func aCheckpointIsASnapshot() throws {
    let folder = try DataFolder()
    func bytes(_ checkpoint: Checkpoint) -> [UInt8] { Safetensors.serialize(checkpoint.store(source: "memory")) }
    let start = Checkpoint(Self.narrow, seed: 3), startBytes = bytes(start)
    let trainer = try TrainerTests.trainer(folder.dataset(3), from: start) { $0.averageDecay = 0.9 }
    _ = try trainer.step()
    let before = trainer.checkpoint, beforeBytes = bytes(before)
    for _ in 0..<2 { _ = try trainer.step() }
    #expect(bytes(start) == startBytes && start.optimizer.steps == 0)
    #expect(bytes(before) == beforeBytes && before.optimizer.steps == 1)
    // Two trainings from the same one do not meet.
    let again = try TrainerTests.trainer(folder.dataset(3), from: before) { $0.averageDecay = 0.9 }
    for _ in 0..<2 { _ = try again.step() }
    #expect(bytes(again.checkpoint) == bytes(trainer.checkpoint) && bytes(again.checkpoint) != beforeBytes)
  }

  @Test func newerVersionsAreRefused() throws {
    let folder = try DataFolder()
    let trainer = try TrainerTests.trainer(folder.dataset(2))
    _ = try trainer.step()
    var store = trainer.checkpoint.store(source: "new.safetensors")
    let json = store.metadata["training"]!
    #expect(json.contains("\"version\":1}"), "\(json)")
    func problem(_ json: String) -> String {
      store.metadata["training"] = json
      do {
        #expect(try Checkpoint(store).progress == trainer.checkpoint.progress)
        return "none"
      } catch { return "\(error)" }
    }
    #expect(problem(json) == "none")
    #expect(problem(json.replacing(",\"version\":1", with: "")) == "none", "before there were versions")
    let newer = problem(json.replacing("\"version\":1", with: "\"version\":2"))
    #expect(newer.contains("new.safetensors: metadata training: version 2") && newer.contains("up to 1"), "\(newer)")
    // Whatever else it may hold.
    #expect(problem("{\"version\":3}").contains("version 3"))
    store["stage1.rebnconvin.conv_s1.weight"] = nil
    #expect(problem("{\"version\":3}").contains("version 3"))
    for damaged in ["0", "-1", "\"1\"", "1.5"] {
      #expect(problem("{\"version\":\(damaged)}").contains("not a training's progress"), "\(damaged)")
    }
  }

  @Test func aCheckpointIsAWeightFile() throws {
    let run = Run()
    _ = run.train(steps: 1)
    let network = try TrainedNetwork(run.checkpoint.store(source: "checkpoint"))
    #expect(network.isNormalized)
    #expect(!network.store.names.contains { $0.hasPrefix("adam.") })
  }

  @Test func theBuiltInWeightsCanBeTrainedOn() throws {
    let checkpoint = try Checkpoint(TrainedNetwork.lite.store)
    #expect(checkpoint.configuration.name == "lite")
    #expect(checkpoint.optimizer.steps == 0)
  }

  @Test func damageIsNamed() throws {
    let good = Run().checkpoint.store(source: "damaged.safetensors")
    func problem(_ change: (inout ParameterStore) -> Void) -> String {
      var store = good
      change(&store)
      do throws(WeightFileError) {
        _ = try Checkpoint(store)
        return "none"
      } catch { return "\(error)" }
    }
    let name = "adam.first.stage1.rebnconvin.conv_s1.weight"
    #expect(problem { _ in } == "none")
    let missing = problem { $0[name] = nil }
    #expect(
      missing.contains("damaged.safetensors") && missing.contains(name) && missing.contains("nothing"), "\(missing)")
    let misshapen = problem { $0[name] = Tensor(shape: [1], [0]) }
    #expect(misshapen.contains(name) && misshapen.contains("[1]"), "\(misshapen)")
    let infinite = problem { $0["adam.second.side1.bias"] = Tensor(shape: [1], [.infinity]) }
    #expect(infinite.contains("adam.second.side1.bias") && infinite.contains("finite"), "\(infinite)")
    for steps in ["-1", "many", "\(Int.max)", nil] {
      let problem = problem { $0.metadata["adam.steps"] = steps }
      #expect(problem.contains("adam.steps"), "\(problem)")
    }
    // A file may say anything; what nobody can have trained by is an error, not a trap later on.
    var recipe = Recipe()
    func training() -> String {
      let json = String(decoding: try! JSONEncoder().encode(recipe), as: UTF8.self)
      return problem { $0.metadata["training"] = "{\"recipe\":\(json),\"dataset\":\"0\"}" }
    }
    #expect(training() == "none")
    for change: (inout Recipe) -> Void in [
      { $0.batch = 0 }, { $0.batch = .max }, { $0.accumulation = -1 }, { $0.augmentation.crop = 0 },
      { $0.augmentation.crop = 400 }, { $0.augmentation.side = .max }, { $0.augmentation.scale = -1 },
      { $0.learningRate.warmup = .max }, { $0.averageDecay = 2 }, { $0.augmentation.maskThreshold = -3 },
    ] {
      recipe = Recipe()
      change(&recipe)
      #expect(training().contains("not a training's progress"), "\(recipe)")
    }
  }
}
