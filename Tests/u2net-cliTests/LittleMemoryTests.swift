import Foundation
import U2NetImageFiles
import Testing

/// Every command where memory is short: a result, or an error that says so; no trap, no silence, nothing half done.
struct LittleMemoryTests {
  /// A set of two photos and their masks.
  private func writeData(_ folder: String) throws {
    for part in ["images", "masks"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(part)", withIntermediateDirectories: true)
    }
    for n in 0..<2 {
      let isInside = (0..<96 * 96).map { i in (20..<60).contains(i / 96) && (20 + n..<60).contains(i % 96) }
      try Image<UInt8>(
        width: 96, height: 96, channels: .rgb,
        samples: isInside.flatMap { (inside: Bool) -> [UInt8] in inside ? [240, 190, 60] : [20, 30, 60] }
      ).writePNG(to: "\(folder)/images/\(n).png")
      try Image<UInt8>(width: 96, height: 96, channels: .gray, samples: isInside.map { $0 ? 255 : 0 })
        .writePNG(to: "\(folder)/masks/\(n).png")
    }
  }

  private func expectResultOrError(
    _ arguments: [String], input: Data? = nil, addressSpace: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let result = try run(arguments, input: input, addressSpace: addressSpace)
    let isDone = result.code == 0, isShort = result.code == 1 && result.errors.contains("memory")
    #expect(
      isDone || isShort, "\(arguments) with \(addressSpace) KB: \(result.code) \(result.errors.prefix(400))",
      sourceLocation: sourceLocation)
  }

  @Test(.timeLimit(.minutes(3)), arguments: [200_000, 240_000, 280_000, 320_000, 400_000])
  func allCommandsEndWell(addressSpace: Int) throws {
    try withFolder { folder in
      try writeData(folder)
      let sets = ["--data", folder, "--val", folder]
      let commands: [[String]] = [
        ["mask", "\(folder)/images/0.png", "-o", "\(folder)/mask.png"],
        ["cutout", "\(folder)/images", "-o", "\(folder)/cuts", "-a"],
        ["product", "\(folder)/images/0.png", "-o", "\(folder)/shop"],
        ["evaluate", "--predictions", "\(folder)/masks", "--masks", "\(folder)/masks"],
        ["evaluate", "--images", "\(folder)/images", "--masks", "\(folder)/masks", "--report", "\(folder)/r.html"],
        ["bench", "--runs", "1"], ["describe", "-m", "full"],
        ["convert", package.appending(path: "Weights/u2net-lite.safetensors").path, "\(folder)/w.safetensors"],
        ["train", "--steps", "1", "--batch", "2", "--size", "64", "-o", "\(folder)/t.safetensors"] + sets,
        ["ablate", "--steps", "1", "--batch", "2", "--size", "64", "--seeds", "1", "--out", "\(folder)/a"] + sets,
      ]
      for arguments in commands { try expectResultOrError(arguments, addressSpace: addressSpace) }
      try expectResultOrError(
        ["frames", "--size", "96x96"], input: Data(repeating: 90, count: 2 * 96 * 96 * 3), addressSpace: addressSpace)
      #expect(!files(in: folder).contains { $0.hasSuffix(".part") })
    }
  }

  /// What is unknown to matting is known only when the network has looked at a photo.
  @Test(.timeLimit(.minutes(2)), arguments: [300_000, 340_000, 380_000, 420_000])
  func mattingThatDoesNotFitIsAnError(addressSpace: Int) throws {
    try withFolder { folder in
      let (width, height) = (2000, 1500)
      let samples = (0..<width * height).flatMap { index -> [UInt8] in
        let (x, y) = (index % width - 1000, index / width - 750)
        return x * x + y * y < 360_000 ? [220, 90, UInt8(index % 7)] : [20, 40, UInt8(60 + index % 11)]
      }
      let photo = Image<UInt8>(width: width, height: height, channels: .rgb, samples: samples)
      try Data(photo.jpegData(source: "photo")).write(to: URL(filePath: "\(folder)/a.jpg"))
      let arguments = ["mask", "\(folder)/a.jpg", "-o", "\(folder)/m.png", "-a", "-ae", "200", "-ab", "1"]
      let result = try run(arguments, addressSpace: addressSpace)
      let isShort = result.code == 1 && result.errors.contains("not enough memory")
      #expect(result.code == 0 || isShort, "\(addressSpace) KB: \(result.code) \(result.errors.prefix(400))")
    }
  }

  /// What was asked for, what it takes and what there is.
  @Test func whatDoesNotFitIsNamed() throws {
    try withFolder { folder in
      try writeData(folder)
      let large = ["--input-size", "2048"], data = ["--data", folder, "--steps", "1"]
      let cases: [(arguments: [String], words: String)] = [
        (["evaluate", "--images", "\(folder)/images", "--masks", "\(folder)/masks"] + large, "2048×2048"),
        (["frames", "--size", "96x96"] + large, "2048×2048"),
        (["bench", "--runs", "1"] + large, "2048×2048"),
        (["mask", "\(folder)/images/0.png", "-o", "\(folder)/m.png"] + large, "--input-size"),
        (["train", "-o", "\(folder)/t.safetensors"] + data, "12 photos of 288×288"),
        (["ablate", "--out", "\(folder)/a", "--val", folder, "--size", "1024"] + data, "1024×1024"),
      ]
      for (arguments, words) in cases {
        let result = try run(arguments, input: Data(repeating: 9, count: 96 * 96 * 3), addressSpace: 600_000)
        #expect(result.code == 1 && result.output.isEmpty, "\(arguments): \(result.code)")
        for word in [words, "not enough memory", "takes", "of the 585 MB"] {
          #expect(result.errors.contains(word), "\(arguments): \(word): \(result.errors)")
        }
      }
    }
  }

  /// A training says what it lacks before anything is made of it, be it memory for fresh values, for the step or for the
  /// validation: never by the allocator's last word.
  @Test(.timeLimit(.minutes(3)), arguments: [300_000, 420_000, 540_000, 700_000, 1_000_000, 1_500_000])
  func trainingsArePlanned(addressSpace: Int) throws {
    try withFolder { folder in
      try writeData(folder)
      let common = ["--data", folder, "--steps", "1", "--batch", "2", "--size", "64"]
      for arguments in [
        ["train", "-m", "full", "-o", "\(folder)/t.safetensors"] + common,
        ["train", "-m", "full", "-o", "\(folder)/t.safetensors", "--val", folder, "--ema", "0.9"] + common,
        ["ablate", "-m", "full", "--blocks", "RSU", "--seeds", "1", "--out", "\(folder)/a", "--val", folder] + common,
      ] {
        let result = try run(arguments, addressSpace: addressSpace)
        #expect(result.code == 1, "\(arguments): \(result.code)")
        #expect(
          result.errors.hasPrefix("u2net: not enough memory: ") && !result.errors.contains("atal error"),
          "\(arguments) with \(addressSpace) KB: \(result.errors.prefix(400))")
        #expect(!files(in: folder).contains { $0.hasSuffix(".safetensors") })
      }
    }
  }

  /// A validation at a far larger size than the step's, and photos that take more than the network.
  @Test func validationAndPhotosCount() throws {
    try withFolder { folder in
      try writeData(folder)
      for kind in ["images", "masks"] {
        let large = Image<UInt8>(
          width: 6000, height: 4000, channels: .gray, samples: (0..<24_000_000).map { $0 % 6000 < 2000 ? 255 : 0 })
        try FileManager.default.createDirectory(atPath: "\(folder)/large/\(kind)", withIntermediateDirectories: true)
        try large.writePNG(to: "\(folder)/large/\(kind)/0.png")
      }
      let common = [
        "--steps", "1", "--batch", "2", "--widths", "2:3", "-o", "\(folder)/t.safetensors", "--threads", "2",
      ]
      for arguments in [
        ["train", "--data", folder, "--val", folder, "--side", "2048", "--crop", "40"] + common,
        ["train", "--data", "\(folder)/large", "--size", "40"] + common,
      ] {
        let result = try run(arguments, addressSpace: 460_000)
        #expect(
          result.code == 1 && result.errors.contains("not enough memory") && !result.errors.contains("steps made"),
          "\(arguments): \(result.code) \(result.errors.prefix(400))")
      }
    }
  }

  /// Frames of a video at the size that one pass fits into memory for: one at a time, all of them.
  @Test func fewerAtATimeIsEnough() throws {
    let frames = Data((0..<3 * 64 * 64 * 3).map { UInt8($0 % 251) })
    let arguments = ["frames", "--size", "64x64", "--input-size", "320", "--format", "gray8", "--threads", "8"]
    let result = try run(arguments, input: frames, addressSpace: 600_000)
    #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
    #expect(try result.output == run(arguments, input: frames).output && result.output.count == 3 * 64 * 64)
  }
}
