import Foundation
import U2NetImageFiles
import Testing

/// The commands as a user runs them. Small network inputs, so that many of them are quick.
struct MaskTests {
  @Test func maskOfARealPhoto() throws {
    try withFolder { folder in
      let result = try run(["mask", photo("coffee.png"), "-o", "\(folder)/mask.png"])
      #expect(result.code == 0 && result.errors.isEmpty && result.output.isEmpty)
      let mask = try Image<UInt8>(contentsOf: "\(folder)/mask.png")
      #expect(mask.width == 600 && mask.height == 400 && mask.channels == .gray)
      func at(_ x: Int, _ y: Int) -> UInt8 { mask.samples[y * 600 + x] }
      // Cup, saucer, handle and spoon; then the table's four corners.
      #expect([at(290, 100), at(120, 200), at(230, 270), at(365, 290)].allSatisfy { $0 > 240 })
      #expect([at(0, 0), at(599, 0), at(0, 399), at(599, 399)].allSatisfy { $0 < 10 })
      let share = mask.samples.reduce(0.0) { $0 + Double($1) / 255 } / Double(mask.samples.count)
      #expect((0.4...0.5).contains(share))
    }
  }

  @Test func cutoutIsThePhotoWithTheMaskAsAlpha() throws {
    try withFolder { folder in
      #expect(try run(["mask", photo("chelsea.png"), "-o", "\(folder)/m.png", "--input-size", "96"]).code == 0)
      #expect(
        try run(["cutout", photo("chelsea.png"), "-o", "\(folder)/c.png", "--input-size", "96", "--keep-colors"]).code
          == 0)
      let mask = try Image<UInt8>(contentsOf: "\(folder)/m.png")
      let cutout = try Image<UInt8>(contentsOf: "\(folder)/c.png")
      let original = try Image<UInt8>(contentsOf: photo("chelsea.png"))
      let isTheSame = cutout == original.withAlpha(mask)
      #expect(isTheSame)
    }
  }

  @Test func sixteenBitsAndSideOutputs() throws {
    try withFolder { folder in
      let result = try run([
        "mask", photo("rocket.jpg"), "-o", "\(folder)/out.png", "--depth", "16", "--input-size", "64", "--side-outputs",
        "\(folder)/sides",
      ])
      #expect(result.code == 0, "\(result.errors)")
      let header = try ImageFile.header(of: ImageFile.read("\(folder)/out.png"), source: "out.png")
      #expect(header.bitDepth == 16 && header.channels == .gray && header.width == 640)
      #expect(
        files(in: "\(folder)/sides") == ["rocket.fused.png"] + (1...6).map { "rocket.side\($0).png" })
    }
  }

  @Test func standardInputToStandardOutput() throws {
    let bytes = try Data(contentsOf: URL(filePath: photo("rocket.jpg")))
    let piped = try run(["mask", "-", "-o", "-", "--input-size", "64"], input: bytes)
    #expect(piped.code == 0 && piped.errors.isEmpty)
    try withFolder { folder in
      #expect(try run(["mask", photo("rocket.jpg"), "-o", "\(folder)/m.png", "--input-size", "64"]).code == 0)
      let filed = try Data(contentsOf: URL(filePath: "\(folder)/m.png"))
      #expect(filed == piped.output)
    }
    let empty = try run(["mask", "-", "-o", "-"], input: Data())
    #expect(empty.code == 1 && empty.errors.contains("standard input") && empty.output.isEmpty)
  }

  @Test func modelAndProcessingFlagsChangeTheMask() throws {
    try withFolder { folder in
      var masks: Set<Data> = []
      let flags = [[], ["--preprocess", "authors"], ["--normalize", "sigmoid"], ["--input-size", "100"]]
      for flag in flags {
        #expect(try run(["mask", photo("chelsea.png"), "-o", "\(folder)/m.png", "-m", "u2netp"] + flag).code == 0)
        masks.insert(try Data(contentsOf: URL(filePath: "\(folder)/m.png")))
      }
      #expect(masks.count == flags.count)
    }
  }

  /// The lite weights with every value replaced, as a file.
  private func weights(_ value: Float, in folder: String) throws -> String {
    var bytes = try Data(contentsOf: package.appending(path: "Weights/u2net-lite.safetensors"))
    let header = 8 + Int(bytes[0]) + Int(bytes[1]) << 8 + Int(bytes[2]) << 16
    let count = (bytes.count - header) / 4
    bytes.replaceSubrange(header..., with: [Float](repeating: value, count: count).withUnsafeBytes { Data($0) })
    let path = "\(folder)/constant.safetensors"
    try bytes.write(to: URL(filePath: path))
    return path
  }

  @Test(arguments: ["minmax", "sigmoid"]) func aFlatPredictionGivesAnEmptyMaskAndANote(_ normalize: String) throws {
    try withFolder { folder in
      // All zero: the network says 0.5 everywhere.
      let result = try run([
        "mask", photo("coffee.png"), "-o", "\(folder)/m.png", "--input-size", "32", "--normalize", normalize,
        "--weights",
        weights(0, in: folder),
      ])
      #expect(result.code == 0 && result.errors.contains("coffee.png: no salient object"))
      let mask = try Image<UInt8>(contentsOf: "\(folder)/m.png")
      #expect(mask.width == 600 && mask.samples.allSatisfy { $0 == 0 })
    }
  }

  @Test func weightsThatOverflowAreAnErrorAndNotAnEmptyMask() throws {
    try withFolder { folder in
      let result = try run([
        "mask", photo("coffee.png"), "-o", "\(folder)/m.png", "--input-size", "32", "--weights",
        weights(1e30, in: folder),
      ])
      #expect(result.code == 1 && result.errors.contains("coffee.png") && result.errors.contains("not a number"))
      #expect(files(in: folder) == ["constant.safetensors"])
    }
  }
}
