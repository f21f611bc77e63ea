import Compute
import Foundation
import Images
import Safetensors
import Testing
import Training
import U2Net

struct TrainerTests {
  /// A folder that is gone with the last reference.
  final class Folder {
    let path = FileManager.default.temporaryDirectory.appending(path: "trainer-\(UUID())")
    init() throws { try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: path) }
  }

  /// Dark photos with a bright square somewhere, which is the mask.
  static func examples(_ count: Int, in folder: Folder) throws -> [Trainer.Example] {
    try (0..<count).map { n in
      let photo = folder.path.appending(path: "\(n).png").path, mask = folder.path.appending(path: "\(n)-mask.png").path
      let side = 40, at = 4 + 3 * n
      let isInside = (0..<side * side).map { i in
        (at..<at + 16).contains(i / side) && (at..<at + 16).contains(i % side)
      }
      try Image<UInt8>(
        width: side, height: side, channels: .rgb,
        samples: isInside.enumerated().flatMap { i, inside in
          inside ? [250, 200, UInt8(180 + i % 50)] : [UInt8(i % 60), 20, 30]
        }
      ).writePNG(to: photo)
      try Image<UInt8>(width: side, height: side, channels: .gray, samples: isInside.map { $0 ? 255 : 0 })
        .writePNG(to: mask)
      return Trainer.Example(photo: photo, mask: mask)
    }
  }

  static func trainer(_ examples: [Trainer.Example], threads: Int = 2) -> Trainer {
    var generator = SplitMix64(seed: 3)
    let parameters = TrainableParameters(CheckpointTests.narrow, using: &generator)
    return trainer(
      examples, from: Checkpoint(CheckpointTests.narrow, parameters, Adam(parameters)), threads: threads)
  }

  static func trainer(_ examples: [Trainer.Example], from checkpoint: Checkpoint, threads: Int = 2) -> Trainer {
    var options = Trainer.Options()
    (options.batch, options.seed, options.threads) = (4, 8, threads)
    (options.augmentation.side, options.augmentation.crop) = (40, 36)
    return Trainer(examples, from: checkpoint, options: options)
  }

  @Test func lossesFall() throws {
    let folder = try Folder()
    let trainer = Self.trainer(try Self.examples(6, in: folder))
    var losses: [Double] = []
    for _ in 0..<80 { losses.append(try trainer.run().total) }
    let start = losses.prefix(5).reduce(0, +), end = losses.suffix(5).reduce(0, +)
    #expect(end < 0.6 * start, "\(losses)")
  }

  @Test func goesOnBitForBit() throws {
    let folder = try Folder()
    let examples = try Self.examples(3, in: folder)
    let whole = Self.trainer(examples, threads: 1), parted = Self.trainer(examples)
    for _ in 0..<4 { _ = try whole.run() }
    for _ in 0..<2 { _ = try parted.run() }
    let resumed = Self.trainer(examples, from: try Checkpoint(parted.checkpoint.store(source: "memory")))
    for _ in 0..<2 { _ = try resumed.run() }
    func bytes(_ trainer: Trainer) -> [UInt8] { Safetensors.serialize(trainer.checkpoint.store(source: "memory")) }
    #expect(bytes(resumed) == bytes(whole))
  }

  @Test func everyBadFileIsNamed() throws {
    let folder = try Folder()
    var examples = try Self.examples(2, in: folder)
    #expect(Trainer.problems(of: examples) == [])
    let damaged = folder.path.appending(path: "damaged.png").path, small = folder.path.appending(path: "small.png").path
    try Data("no picture".utf8).write(to: URL(filePath: damaged))
    try Image<UInt8>(width: 3, height: 2, channels: .gray, samples: [0, 0, 0, 0, 0, 0]).writePNG(to: small)
    examples += [
      .init(photo: damaged, mask: "/nowhere/mask.png"), .init(photo: examples[0].photo, mask: small),
    ]
    let problems = Trainer.problems(of: examples)
    #expect(problems.count == 3)
    for (problem, part) in zip(problems, [damaged, "/nowhere/mask.png", "3 x 2"]) {
      #expect(problem.contains(part), "\(problem)")
    }
    let trainer = Self.trainer([examples[2]])
    #expect(throws: ImageError.self) { try trainer.run() }
    #expect(trainer.checkpoint.optimizer.steps == 0)
  }
}
