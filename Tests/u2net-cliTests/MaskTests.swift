import Foundation
import Images
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
      #expect(try run(["mask", photo("chelsea.png"), "-o", "\(folder)/m.png", "--size", "96"]).code == 0)
      #expect(try run(["cutout", photo("chelsea.png"), "-o", "\(folder)/c.png", "--size", "96"]).code == 0)
      let mask = try Image<UInt8>(contentsOf: "\(folder)/m.png")
      let cutout = try Image<UInt8>(contentsOf: "\(folder)/c.png")
      let original = try Image<UInt8>(contentsOf: photo("chelsea.png"))
      #expect(cutout == original.withAlpha(mask))
    }
  }

  @Test func sixteenBitsAndSideOutputs() throws {
    try withFolder { folder in
      let result = try run([
        "mask", photo("rocket.jpg"), "-o", "\(folder)/out.png", "--depth", "16", "--size", "64", "--side-outputs",
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
    let piped = try run(["mask", "-", "-o", "-", "--size", "64"], input: bytes)
    #expect(piped.code == 0 && piped.errors.isEmpty)
    try withFolder { folder in
      #expect(try run(["mask", photo("rocket.jpg"), "-o", "\(folder)/m.png", "--size", "64"]).code == 0)
      let filed = try Data(contentsOf: URL(filePath: "\(folder)/m.png"))
      #expect(filed == piped.output)
    }
    let empty = try run(["mask", "-", "-o", "-"], input: Data())
    #expect(empty.code == 1 && empty.errors.contains("standard input") && empty.output.isEmpty)
  }

  @Test func modelAndProcessingFlagsChangeTheMask() throws {
    try withFolder { folder in
      var masks: Set<Data> = []
      let flags = [[], ["--preprocess", "authors"], ["--normalize", "sigmoid"], ["--size", "100"]]
      for flag in flags {
        #expect(try run(["mask", photo("chelsea.png"), "-o", "\(folder)/m.png", "-m", "u2netp"] + flag).code == 0)
        masks.insert(try Data(contentsOf: URL(filePath: "\(folder)/m.png")))
      }
      #expect(masks.count == flags.count)
    }
  }

  @Test func aPictureOfNothingGivesAnEmptyMaskAndANote() throws {
    try withFolder { folder in
      let black = Image<UInt8>(width: 40, height: 30, channels: .rgb, samples: [UInt8](repeating: 0, count: 3600))
      try black.writePNG(to: "\(folder)/black.png")
      let result = try run(["mask", "\(folder)/black.png", "-o", "\(folder)/m.png", "--normalize", "sigmoid"])
      #expect(result.code == 0)
      let mask = try Image<UInt8>(contentsOf: "\(folder)/m.png")
      if result.errors.contains("no salient object") {
        #expect(mask.samples.allSatisfy { $0 == 0 })
      } else {
        #expect(mask.samples.contains { $0 > 0 })
      }
    }
  }
}
