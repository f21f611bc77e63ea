import U2NetFiles
import Foundation
import U2NetImageFiles
import Testing
import U2NetTraining
import U2NetNetwork

struct DatasetTests {
  func problem(_ body: () throws -> Dataset) -> String {
    do { return "\(try body().examples.count) examples" } catch { return "\(error)" }
  }

  @Test(arguments: [("images", "masks"), ("DUTS-TR-Image", "DUTS-TR-Mask"), ("MyImages", "ground_truth_mask")])
  func layouts(photos: String, masks: String) throws {
    let folder = try DataFolder()
    try folder.write(3, photos: photos, masks: masks)
    let dataset = try Dataset(folder: folder.path)
    #expect(dataset.examples.map(\.name) == ["0", "1", "2"])
    #expect(dataset.examples[1].photo == "\(folder.path)/\(photos)/1.png")
    #expect(dataset.examples[1].mask == "\(folder.path)/\(masks)/1.png")
    #expect(dataset.problems(threads: 2) == [])
  }

  @Test func whatIsMissingIsNamed() throws {
    let folder = try DataFolder()
    #expect(problem { try Dataset(folder: folder.path) }.contains("“image”"))
    #expect(problem { try Dataset(folder: folder.path + "/none") }.contains("none: cannot list"))
    let (photos, masks) = try folder.write(3)
    try FileManager.default.removeItem(atPath: "\(masks)/1.png")
    try FileManager.default.removeItem(atPath: "\(photos)/2.png")
    let unpaired = problem { try Dataset(folder: folder.path) }.split(separator: "\n")
    #expect(unpaired.count == 2)
    #expect(unpaired.first?.hasPrefix("\(photos)/1.png: no mask") == true)
    #expect(unpaired.last?.hasPrefix("\(masks)/2.png: no photo") == true)
    try FileManager.default.createDirectory(atPath: "\(folder.path)/more-images", withIntermediateDirectories: true)
    #expect(problem { try Dataset(folder: folder.path) }.contains("images, more-images"))
    #expect(
      problem { try Dataset(photos: "\(folder.path)/more-images", masks: masks) }.contains("more-images: no JPEG"))
    #expect(problem { try Dataset(photos: "\(folder.path)/none", masks: masks) }.contains("none: no such folder"))
    try FileManager.default.copyItem(atPath: "\(photos)/0.png", toPath: "\(folder.path)/more-images/x.png")
    #expect(problem { try Dataset(photos: "\(folder.path)/more-images", masks: masks) }.contains("has the name"))
  }

  @Test func everyBadFileIsNamed() throws {
    let folder = try DataFolder()
    var examples = try folder.dataset(2).examples
    let damaged = folder.path + "/damaged.png", small = folder.path + "/small.png"
    try Data("no picture".utf8).write(to: URL(filePath: damaged))
    try Image<UInt8>(width: 3, height: 2, channels: .gray, samples: [0, 0, 0, 0, 0, 0]).writePNG(to: small)
    examples += [
      .init(name: "damaged", photo: damaged, mask: "/nowhere/mask.png"),
      .init(name: "small", photo: examples[0].photo, mask: small),
    ]
    let problems = Dataset(examples).problems(threads: 2)
    #expect(problems.count == 3)
    for (problem, part) in zip(problems, [damaged, "/nowhere/mask.png", "3 x 2"]) {
      #expect(problem.contains(part), "\(problem)")
    }
  }

  @Test func masksAreLookedAtAndEmptyOnesTold() throws {
    let folder = try DataFolder()
    let dataset = try folder.dataset(3), side = 40 * 40
    func write(_ n: Int, _ mask: Image<UInt8>) throws { try mask.writePNG(to: dataset.examples[n].mask) }
    let empty = Image<UInt8>(width: 40, height: 40, channels: .gray, samples: [UInt8](repeating: 0, count: side))
    let white = Image<UInt8>(width: 40, height: 40, channels: .gray, samples: [UInt8](repeating: 255, count: side))
    let alpha = Image<UInt8>(
      width: 40, height: 40, channels: .gray, samples: (0..<side).map { $0 % 40 < 9 ? 255 : 0 })
    let colors = Image<UInt8>(width: 40, height: 40, channels: .gray, samples: (0..<side).map { UInt8($0 % 200) })
    try write(0, empty)
    try write(1, white.rgb.withAlpha(alpha))
    let fine = dataset.examined(threads: 2)
    #expect(fine.problems.isEmpty && fine.withoutObject == [dataset.examples[0].mask])
    try write(2, colors.rgb.withAlpha(alpha))
    let refused = dataset.examined().problems
    #expect(refused.count == 1 && refused[0].hasPrefix("\(dataset.examples[2].mask): colours and transparent"))
    for n in 0..<3 { try write(n, empty) }
    let none = dataset.examined(threads: 2)
    #expect(
      none.problems == [
        "\(dataset.examples[0].mask) and 2 more: no mask of this set has an object (nothing is brighter than 128)"
      ])
    let network = try TrainedNetwork(Checkpoint(CheckpointTests.narrow, seed: 3).weights(source: "x"))
    var augmentation = Augmentation()
    (augmentation.side, augmentation.crop) = (40, 36)
    #expect {
      try Validation(dataset, as: augmentation).run(network)
    } throws: { "\($0)".contains("no mask of this set has an object") }
  }

  /// The same masks in all the ways that people write them are the same sample, and the same score.
  @Test func trainingAndValidationReadMasksAlike() throws {
    let folder = try DataFolder()
    let dataset = try folder.dataset(2), plain = try Image<UInt8>(contentsOf: dataset.examples[1].mask)
    let network = try TrainedNetwork(Checkpoint(CheckpointTests.narrow, seed: 3).weights(source: "x"))
    var recipe = Recipe()
    recipe.batch = 2
    (recipe.augmentation.side, recipe.augmentation.crop) = (40, 36)
    func results() throws -> (loss: Double, mae: Double, validation: Double) {
      let step = try Trainer(dataset, from: Checkpoint(CheckpointTests.narrow, seed: 3), recipe: recipe).step()
      let result = try Validation(dataset, as: recipe.augmentation).run(network)!
      return (step.loss.total, result.scores[.mae]!, result.loss)
    }
    let expected = try results()
    func levels(_ object: UInt8, _ ground: UInt8 = 0) -> Image<UInt8> {
      Image(width: 40, height: 40, channels: .gray, samples: plain.samples.map { $0 > 0 ? object : ground })
    }
    let white = levels(255, 255).rgb
    for (what, mask) in [
      ("0 and 1", levels(1)), ("palette", levels(38).rgb), ("two levels", levels(200, 50)),
      ("alpha", white.withAlpha(plain)),
      ("both", plain.rgb.withAlpha(plain)),
    ] {
      try mask.writePNG(to: dataset.examples[1].mask)
      let found = try results()
      #expect(found == expected, "\(what)")
    }
  }

  #if os(Linux)
    @Test func namesThatAreNotUTF8() throws {
      let folder = try DataFolder()
      try folder.write(2)
      let odd: [UInt8] = [0xe9, 0xff, 0x2e, 0x70, 0x6e, 0x67]
      for kind in ["images", "masks"] {
        let path = FilePath("\(folder.path)/\(kind)")
        path.appending("0.png".utf8).withCString { old in path.appending(odd).withCString { _ = rename(old, $0) } }
      }
      let dataset = try Dataset(folder: folder.path)
      #expect(dataset.examples.count == 2 && dataset.problems() == [])
    }
  #endif

  @Test func fingerprints() throws {
    let (here, there) = (try DataFolder(), try DataFolder())
    let dataset = try here.dataset(2)
    #expect(try there.dataset(2).fingerprint == dataset.fingerprint, "wherever the files lie")
    #expect(Dataset(Array(dataset.examples[..<1])).fingerprint != dataset.fingerprint)
    try Data([0]).write(to: URL(filePath: dataset.examples[0].mask))
    #expect(dataset.fingerprint != (try there.dataset(2)).fingerprint)
  }
}
