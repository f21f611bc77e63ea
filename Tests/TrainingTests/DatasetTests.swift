import Foundation
import Images
import Testing
import Training

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

  @Test func fingerprints() throws {
    let (here, there) = (try DataFolder(), try DataFolder())
    let dataset = try here.dataset(2)
    #expect(try there.dataset(2).fingerprint == dataset.fingerprint, "wherever the files lie")
    #expect(Dataset(Array(dataset.examples[..<1])).fingerprint != dataset.fingerprint)
    try Data([0]).write(to: URL(filePath: dataset.examples[0].mask))
    #expect(dataset.fingerprint != (try there.dataset(2)).fingerprint)
  }
}
