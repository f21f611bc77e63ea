import Foundation
import U2NetImageFiles
import Testing

struct FolderTests {
  /// A folder in/ with two photos, one of them in a folder below, and a file that only looks like a photo.
  private func withShop<R>(_ body: (String) throws -> R) throws -> R {
    try withFolder { folder in
      try FileManager.default.createDirectory(atPath: "\(folder)/in/cups", withIntermediateDirectories: true)
      try FileManager.default.copyItem(atPath: photo("coffee.png"), toPath: "\(folder)/in/cups/red cup.png")
      try FileManager.default.copyItem(atPath: photo("rocket.jpg"), toPath: "\(folder)/in/rocket.JPG")
      try Data("not a picture".utf8).write(to: URL(filePath: "\(folder)/in/broken.jpeg"))
      try Data("notes".utf8).write(to: URL(filePath: "\(folder)/in/notes.txt"))
      return try body(folder)
    }
  }

  @Test func oneBadPhotoStopsNobody() throws {
    try withShop { folder in
      let result = try run(["mask", "\(folder)/in", "-o", "\(folder)/out", "--input-size", "64"])
      #expect(result.code == 1)
      #expect(files(in: "\(folder)/out") == ["cups/red cup.png", "rocket.png"])
      #expect(result.errors.contains("1 of 3 photos failed") && result.errors.contains("in/broken.jpeg"))
    }
  }

  @Test func existingResultsAreNotReplacedUnasked() throws {
    try withShop { folder in
      let command = [
        "mask", "\(folder)/in/rocket.JPG", photo("chelsea.png"), "-o", "\(folder)/out", "--input-size", "64",
      ]
      #expect(try run(command).code == 0)
      let chelsea = URL(filePath: "\(folder)/out/chelsea.png")
      let precious = Data(Image<UInt8>(width: 1, height: 1, channels: .gray, samples: [7]).pngData())
      try precious.write(to: chelsea)
      func isPrecious() throws -> Bool { try Data(contentsOf: chelsea) == precious }
      let again = try run(command)
      #expect(again.code == 1 && again.errors.contains("exists already") && again.errors.contains("1 more"))
      #expect(try isPrecious())
      #expect(try run(command + ["--existing", "skip"]).code == 0)
      #expect(try isPrecious())
      #expect(try run(command + ["--existing", "overwrite"]).code == 0)
      #expect(try !isPrecious())
    }
  }

  @Test func clashesAreRefusedBeforeAnyWork() throws {
    try withShop { folder in
      let twice = try run(["mask", "\(folder)/in/rocket.JPG", photo("rocket.jpg"), "-o", "\(folder)/out"])
      #expect(twice.code == 1 && twice.errors.contains("would replace that of \(folder)/in/rocket.JPG"))
      #expect(twice.errors.contains("2 of 2 photos failed"))
      let itself = try run(["cutout", "\(folder)/in/cups", "-o", "\(folder)/in/cups", "--existing", "overwrite"])
      #expect(itself.code == 1 && itself.errors.contains("would replace a photo"))
      let onto = try run(["mask", "\(folder)/in/rocket.JPG", "-o", "\(folder)/in/../in/rocket.JPG"])
      #expect(onto.code == 1 && onto.errors.contains("would replace a photo"))
      let intoFile = try run(["mask", "\(folder)/in", "-o", "\(folder)/in/notes.txt"])
      #expect(intoFile.code == 2 && intoFile.errors.contains("this is a file"))
      let piped = try run(["mask", "\(folder)/in", "-o", "-"])
      #expect(piped.code == 2 && piped.output.isEmpty)
      #expect(files(in: folder) == ["in/broken.jpeg", "in/cups/red cup.png", "in/notes.txt", "in/rocket.JPG"])
    }
  }

  @Test func sideOutputsReplaceNothingEither() throws {
    try withFolder { folder in
      try FileManager.default.copyItem(atPath: photo("rocket.jpg"), toPath: "\(folder)/a.jpg")
      try FileManager.default.copyItem(atPath: photo("coffee.png"), toPath: "\(folder)/a.side1.png")
      // The first side map would be called as a photo is.
      let photos = try run(["mask", folder, "-o", "\(folder)/out", "--side-outputs", folder, "--input-size", "32"])
      #expect(photos.code == 1 && photos.errors.contains("a.side1.png") && photos.errors.contains("exists already"))
      // A mask and another photo's fused map would have the same name.
      try FileManager.default.moveItem(atPath: "\(folder)/a.side1.png", toPath: "\(folder)/a.fused.png")
      let results = try run([
        "mask", folder, "-o", "\(folder)/out", "--side-outputs", "\(folder)/out", "--input-size", "32",
      ])
      #expect(results.code == 1 && results.errors.contains("would replace that of"))
      #expect(files(in: folder) == ["a.fused.png", "a.jpg"])
    }
  }

  @Test func standardInputIntoAFolder() throws {
    try withFolder { folder in
      let bytes = try Data(contentsOf: URL(filePath: photo("rocket.jpg")))
      #expect(try run(["mask", "-", "-o", "\(folder)/", "--input-size", "32"], input: bytes).code == 0)
      #expect(files(in: folder) == ["stdin.png"])
    }
  }

  @Test func aFolderWithoutPhotosAndAMissingOneAreErrors() throws {
    try withFolder { folder in
      let empty = try run(["mask", folder, "-o", "\(folder)/out"])
      #expect(empty.code == 1 && empty.errors.contains("\(folder): no JPEG, PNG or WebP file"))
      let missing = try run(["mask", "\(folder)/none.jpg", "-o", "\(folder)/out.png"])
      #expect(missing.code == 1 && missing.errors.contains("\(folder)/none.jpg"))
      #expect(files(in: folder).isEmpty)
    }
  }

  @Test func aBombIsRefused() throws {
    try withFolder { folder in
      let result = try run([
        "mask", photo("coffee.png"), "-o", "\(folder)/m.png", "--max-megapixels", "1", "--input-size", "64",
      ])
      #expect(result.code == 0)
      let large = Image<UInt8>(
        width: 1200, height: 1000, channels: .gray, samples: [UInt8](repeating: 9, count: 1_200_000))
      try large.writePNG(to: "\(folder)/large.png")
      let refused = try run(["mask", "\(folder)/large.png", "-o", "\(folder)/l.png", "--max-megapixels", "1"])
      #expect(refused.code == 1 && refused.errors.contains("large.png"))
      #expect(files(in: folder) == ["large.png", "m.png"])
    }
  }
}
