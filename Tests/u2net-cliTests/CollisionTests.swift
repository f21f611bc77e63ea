import Foundation
import U2NetImages
import Testing

/// Results of one name, photos that are given twice, folders that hold photos and results.
struct CollisionTests {
  private func disc(_ seed: Int) -> Image<UInt8> {
    let side = 48, center = 20 + seed % 8
    let samples = (0..<side * side).flatMap { i -> [UInt8] in
      let (x, y) = (i % side - center, i / side - center)
      return x * x + y * y < 200 ? [230, UInt8(40 + seed % 8 * 20), 30] : [20, 25, 40]
    }
    return Image(width: side, height: side, channels: .rgb, samples: samples)
  }

  private func write(_ names: [String], below folder: String) throws {
    for (seed, name) in names.enumerated() {
      let path = "\(folder)/\(name)"
      try FileManager.default.createDirectory(
        at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
      if name.hasSuffix(".jpg") {
        try Data(disc(seed).jpegData(quality: 90, source: name)).write(to: URL(filePath: path))
      } else {
        try disc(seed).writePNG(to: path)
      }
    }
  }

  private func mask(_ arguments: [String]) throws -> Outcome { try run(["mask", "--input-size", "32"] + arguments) }

  @Test func likeNamedPhotosAreNamedAndTheOthersDone() throws {
    try withFolder { folder throws in
      try write(["in/IMG_1.jpg", "in/IMG_1.png", "in/IMG_2.jpg", "in/x/IMG_2.jpg"], below: folder)
      let manifest = "\(folder)/m.jsonl"
      let result = try mask(["\(folder)/in", "-o", "\(folder)/out", "--manifest", manifest])
      #expect(result.code == 1 && files(in: "\(folder)/out") == ["IMG_2.png", "x/IMG_2.png"], "\(result.errors)")
      for name in ["IMG_1.jpg", "IMG_1.png", "2 of 4 photos failed"] { #expect(result.errors.contains(name)) }
      let lines = try String(contentsOf: URL(filePath: manifest), encoding: .utf8).split(separator: "\n")
      #expect(lines.count == 4 && lines.count { $0.contains("\"failed\"") } == 2)
    }
  }

  /// A photo, a list or a name that promises a picture: nothing is added to it.
  @Test func manifestsAreNotAddedToOtherFiles() throws {
    try withFolder { folder throws in
      try write(["a.jpg", "b.jpg"], below: folder)
      let list = "\(folder)/list", photo = "\(folder)/a.jpg", plain = "\(folder)/photo"
      try Data("\(photo)\n".utf8).write(to: URL(filePath: list))
      try FileManager.default.copyItem(atPath: photo, toPath: plain)
      // What is called like a picture is wrong usage.
      for (index, (manifest, arguments, code)) in [
        (photo, [photo], 2), (plain, [photo], 1), (list, ["--files-from", list], 1), ("\(folder)/m.png", [photo], 2),
        (photo, [photo, "\(folder)/b.jpg"], 2),
      ].enumerated() {
        let before = FileManager.default.contents(atPath: manifest)
        let out = "\(folder)/out\(index)/"
        let result = try mask(arguments + ["-o", out, "--manifest", manifest])
        #expect(result.code == code && result.errors.contains(manifest) && files(in: out).isEmpty, "\(result.errors)")
        #expect(FileManager.default.contents(atPath: manifest) == before)
      }
    }
  }

  @Test func renamingNumbersLikeNamedPhotos() throws {
    try withFolder { folder throws in
      try write(["d1/a.jpg", "d2/a.jpg", "d3/a-1.jpg"], below: folder)
      let photos = ["d1/a.jpg", "d2/a.jpg", "d3/a-1.jpg"].map { "\(folder)/\($0)" }
      let result = try mask(photos + ["-o", "\(folder)/out", "--existing", "rename"])
      #expect(result.code == 0, "\(result.errors)")
      #expect(files(in: "\(folder)/out") == ["a-1.png", "a-2.png", "a.png"])
      let refused = try mask(photos + ["-o", "\(folder)/out2"])
      #expect(refused.code == 1 && files(in: "\(folder)/out2") == ["a-1.png"])
      #expect(photos.prefix(2).allSatisfy(refused.errors.contains))
    }
  }

  @Test func aPhotoGivenTwiceIsDoneOnce() throws {
    try withFolder { folder throws in
      try write(["a.jpg"], below: folder)
      let manager = FileManager.default
      try manager.createDirectory(atPath: "\(folder)/d", withIntermediateDirectories: true)
      try manager.createSymbolicLink(atPath: "\(folder)/d/a.jpg", withDestinationPath: "\(folder)/a.jpg")
      try manager.linkItem(atPath: "\(folder)/a.jpg", toPath: "\(folder)/hard.jpg")
      let names = ["a.jpg", "./a.jpg", "d/../a.jpg", "d/a.jpg", "hard.jpg"].map { "\(folder)/\($0)" }
      for more in [[], ["--existing", "rename"], ["--existing", "overwrite"]] {
        let out = "\(folder)/out\(more.count)\(more.last ?? "")"
        let result = try mask(names + ["-o", out, "--manifest", "\(out).jsonl"] + more)
        #expect(result.code == 0 && files(in: out) == ["a.png"], "\(more): \(result.errors)")
        let lines = try String(contentsOf: URL(filePath: "\(out).jsonl"), encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 1)
      }
    }
  }

  /// The same command again and again: first all, then nothing, then only what is new.
  @Test(arguments: [["mask"], ["cutout"], ["product"], ["mask", "--format", "webp"]])
  func aFolderForPhotosAndResults(_ command: [String]) throws {
    try withFolder { folder throws in
      try write(["in/a.jpg", "in/x/b.jpg"], below: folder)
      let all =
        command + ["\(folder)/in", "-o", "\(folder)/in", "--input-size", "32", "--existing", "skip"]
        + (command == ["product"] ? ["--size", "64x64"] : [])
      let first = try run(all)
      let made = files(in: "\(folder)/in")
      #expect(first.code == 0 && made.count == (command == ["product"] ? 8 : 4), "\(first.errors) \(made)")
      for _ in 0..<2 {
        let again = try run(all)
        #expect(again.code == 0 && files(in: "\(folder)/in") == made, "\(again.errors) \(files(in: "\(folder)/in"))")
      }
      try write(["in/c.jpg"], below: folder)
      #expect(try run(all).code == 0)
      #expect(files(in: "\(folder)/in").count == made.count / 2 * 3)
    }
  }

  /// mug.png beside mug.jpg may be a result, but who knows: it is not replaced.
  @Test func whatMayBeAPhotoIsNotOverwritten() throws {
    try withFolder { folder throws in
      try write(["in/mug.jpg", "in/mug.png", "in/cup.jpg"], below: folder)
      let before = try Data(contentsOf: URL(filePath: "\(folder)/in/mug.png"))
      let result = try mask(["\(folder)/in", "-o", "\(folder)/in", "--existing", "overwrite"])
      #expect(result.code == 1 && result.errors.contains("mug.jpg") && result.errors.contains("would replace a photo"))
      #expect(try Data(contentsOf: URL(filePath: "\(folder)/in/mug.png")) == before)
      #expect(files(in: "\(folder)/in").contains("cup.png"))
      let itself = try mask(["\(folder)/in/mug.png", "-o", "\(folder)/in", "--existing", "skip"])
      #expect(itself.code == 1 && itself.errors.contains("would replace a photo"))
    }
  }

  @Test func twoResultsOfOnePhotoNeedTwoPlaces() throws {
    try withFolder { folder throws in
      try write(["in/a.jpg", "in/b.jpg"], below: folder)
      let result = try run(["cutout", "\(folder)/in", "-o", "\(folder)/out", "--mask", "\(folder)/out/"])
      #expect(result.code == 2 && result.errors.contains("mask") && files(in: folder).count == 2)
    }
  }

  @Test func aFolderThatCannotBeMadeStopsNobodyElse() throws {
    try withFolder { folder throws in
      try write(["in/a.jpg", "in/x/b.jpg"], below: folder)
      try FileManager.default.createDirectory(atPath: "\(folder)/out", withIntermediateDirectories: true)
      try Data().write(to: URL(filePath: "\(folder)/out/x"))
      let result = try mask(["\(folder)/in", "-o", "\(folder)/out"])
      #expect(result.code == 1 && files(in: "\(folder)/out") == ["a.png", "x"], "\(result.errors)")
      #expect(result.errors.contains("in/x/b.jpg: \(folder)/out/x: cannot make this folder"), "\(result.errors)")
      #expect(result.errors.contains("1 of 2 photos failed"))
    }
  }

  @Test func aNumberWithoutAnExtension() throws {
    try withFolder { folder throws in
      try write(["a.jpg"], below: folder)
      for _ in 0..<2 {
        #expect(try mask(["\(folder)/a.jpg", "-o", "\(folder)/out", "--existing", "rename"]).code == 0)
      }
      #expect(files(in: folder) == ["a.jpg", "out", "out-1"])
    }
  }
}
