import Foundation
import Testing
import U2NetFiles
import U2NetImageFiles

/// One folder for photos and results, again and again: results are never photos, photos are never taken for results, and nothing
/// of anybody's is replaced.
struct OneFolderTests {
  private func disc(_ seed: Int, channels: Channels = .rgb) -> Image<UInt8> {
    let side = 48, center = 20 + seed % 8
    let samples = (0..<side * side).flatMap { i -> [UInt8] in
      let (x, y) = (i % side - center, i / side - center)
      return x * x + y * y < 200 ? [230, UInt8(40 + seed % 8 * 20), 30] : [20, 25, 40]
    }
    let image = Image<UInt8>(width: side, height: side, channels: .rgb, samples: samples)
    return channels == .gray ? image.plane(0) : image
  }

  private func write(_ names: [String], in folder: String, channels: Channels = .rgb) throws {
    for (seed, name) in names.enumerated() {
      let path = "\(folder)/\(name)", image = disc(seed, channels: channels)
      try FileManager.default.createDirectory(
        at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
      let bytes =
        name.hasSuffix(".jpg")
        ? try image.jpegData(source: name)
        : name.hasSuffix(".webp") ? try image.webPData(.lossless, source: name) : image.pngData()
      try Data(bytes).write(to: URL(filePath: path))
    }
  }

  private func run(_ command: String, _ folder: String, _ more: [String] = []) throws -> Outcome {
    let arguments = [command, folder] + (more.contains("-o") ? [] : ["-o", folder]) + ["--input-size", "32"]
    return try u2net_cliTests.run(arguments + more)
  }

  private func contents(_ folder: String) throws -> [String: Data] {
    Dictionary(
      uniqueKeysWithValues: try files(in: folder).map { ($0, try Data(contentsOf: URL(filePath: "\(folder)/\($0)"))) })
  }

  @Test func renamingAgainAndAgainNumbersResultsOfPhotosOnly() throws {
    try withFolder { folder throws in
      try write(["a.jpg", "b.png"], in: folder)
      var expected: Set = ["a.jpg", "b.png", "a.png", "b-1.png"]
      #expect(try run("mask", folder, ["--existing", "rename"]).code == 0)
      #expect(Set(files(in: folder)) == expected)
      #expect(try run("mask", folder, ["--existing", "rename"]).code == 0)
      expected.formUnion(["a-1.png", "b-2.png"])
      #expect(Set(files(in: folder)) == expected)
      // More photos in between, one of them called like a result.
      try write(["c.jpg", "b-1.jpg"], in: folder)
      #expect(try run("mask", folder, ["--existing", "rename", "--quiet"]).code == 0)
      expected.formUnion(["c.jpg", "b-1.jpg", "c.png", "a-2.png", "b-3.png", "b-1-1.png"])
      #expect(Set(files(in: folder)) == expected)
      // What was made in that way is there.
      let skipping = try run("mask", folder, ["--existing", "skip"])
      #expect(skipping.code == 0 && Set(files(in: folder)) == expected, "\(skipping.errors)")
      // And what is another's result does not make a photo done.
      try FileManager.default.removeItem(atPath: "\(folder)/b-1-1.png")
      let missing = try run("mask", folder, ["--existing", "skip"])
      #expect(missing.code == 1 && missing.errors.contains("b-1.jpg: its result"), "\(missing.errors)")
    }
  }

  @Test func overwritingAgainAndAgainMakesTheSame() throws {
    try withFolder { folder throws in
      try write(["a.jpg", "x/b.jpg"], in: folder)
      for command in ["mask", "product"] {
        let more = ["--existing", "overwrite"] + (command == "product" ? ["--size", "64x64"] : [])
        #expect(try run(command, folder, more).code == 0)
        let first = try contents(folder)
        let again = try run(command, folder, more)
        #expect(try again.code == 0 && contents(folder) == first, "\(again.errors)")
      }
    }
  }

  @Test(arguments: [["--existing", "skip"], ["--existing", "overwrite"], ["--existing", "rename"], []])
  func aPhotoIsNoResultOfItsNamesake(_ more: [String]) throws {
    try withFolder { folder throws in
      try write(["d.jpg", "d.png", "e.jpg"], in: folder)
      let before = try contents(folder)
      for turn in 0..<2 {
        let result = try run("mask", folder, more + ["--quiet", "--manifest", "\(folder)/m.jsonl"])
        let after = try contents(folder)
        for (name, data) in before { #expect(after[name] == data, "\(name)") }
        if more.last == "rename" {
          #expect(result.code == 0 && after["d-\(1 + 2 * turn).png"] != nil && after["d-\(2 + 2 * turn).png"] != nil)
        } else {
          #expect(result.code == 1 && after["e.png"] != nil && after.count == 5, "\(result.errors)")
          if turn == 1, more.isEmpty {
            #expect(result.errors.contains("\(folder)/e.png: exists already"), "\(result.errors)")
            continue
          }
          for name in ["d.jpg", "d.png"] {
            #expect(result.errors.contains("\(folder)/\(name): its result"), "\(result.errors)")
          }
        }
      }
    }
  }

  /// Photos that this run does not look at are somebody's, too.
  @Test func photosThatAreNotWantedAreNotReplaced() throws {
    try withFolder { folder throws in
      try write(["d.jpg", "d.png", "mug.jpg", "mug-white.jpg"], in: folder)
      let before = try contents(folder)
      for existing in ["skip", "overwrite"] {
        let result = try run("mask", folder, ["--existing", existing, "--include", "d.jpg"])
        #expect(result.code == 1 && result.errors.contains("d.jpg: its result"), "\(result.errors)")
        let named = try u2net_cliTests.run(["mask", "\(folder)/d.jpg", "-o", folder, "--existing", existing])
        #expect(named.code == 1 && named.errors.contains("d.jpg: its result"), "\(named.errors)")
        for shard in ["1/3", "2/3", "3/3"] {
          _ = try run("product", folder, ["--existing", existing, "--shard", shard, "--size", "64x64"])
        }
        let product = try run("product", folder, ["--existing", existing, "--size", "64x64"])
        #expect(product.code == 1 && product.errors.contains("mug.jpg: its result"), "\(product.errors)")
      }
      for (name, data) in before { #expect(try contents(folder)[name] == data, "\(name)") }
    }
  }

  @Test func resultsOfAllCommandsAndFormatsAreNoPhotos() throws {
    try withFolder { folder throws in
      let photos = "\(folder)/v"
      try write(["a.jpg"], in: photos)
      #expect(try run("mask", photos).code == 0)
      for (command, more) in [
        ("cutout", ["--format", "webp"]),
        ("cutout", ["--format", "jpg", "--background", "#ffffff", "-o", "\(folder)/white"]),
        ("product", ["--size", "64x64"]), ("mask", ["-o", "\(folder)/o", "--side-outputs", photos]),
        ("cutout", ["-o", "\(photos)/cuts"]), ("mask", ["-o", "\(photos)/masks", "--format", "webp"]),
      ] {
        let result = try run(command, photos, more)
        #expect(result.code == 0 && result.errors.contains("not taken for"), "\(command) \(more): \(result.errors)")
      }
      #expect(files(in: "\(folder)/o") == ["a.png"] && files(in: "\(folder)/white") == ["a.jpg"])
      // 2 at first, 3 of product, 7 maps, 2 in folders of their own, and the photo.
      #expect(files(in: photos).count == 15, "\(files(in: photos))")
      // And where they are copied to; a folder of results alone has no photos, until these are named.
      try FileManager.default.moveItem(atPath: "\(photos)/a.jpg", toPath: "\(folder)/a.jpg")
      let none = try run("mask", photos, ["-o", "\(folder)/p"])
      #expect(none.code == 1 && none.errors.contains("14 results of u2net's") && files(in: "\(folder)/p").isEmpty)
      let named = try u2net_cliTests.run(["mask", "\(photos)/a-cutout.png", "-o", "\(folder)/p/", "--input-size", "32"])
      #expect(named.code == 0 && files(in: "\(folder)/p") == ["a-cutout.png"], "\(named.errors)")
    }
  }

  /// `*` of a shell names both.
  @Test func resultsThatAreNamedBesideTheirPhotosAreNoPhotos() throws {
    try withFolder { folder throws in
      try write(["p.png", "q.png"], in: folder)
      for turn in 1...3 {
        let all = files(in: folder).map { "\(folder)/\($0)" }
        let result = try u2net_cliTests.run(
          ["mask", "--input-size", "32"] + all + ["-o", folder, "--existing", "rename"])
        #expect(result.code == 0 && files(in: folder).count == 2 + 2 * turn, "\(result.errors) \(files(in: folder))")
      }
    }
  }

  @Test func likeNamedPhotosAreSkippedOnceTheyAreDone() throws {
    try withFolder { folder throws in
      try write(["in/a.jpg", "in/a.webp", "in/b.jpg"], in: folder)
      let out = "\(folder)/out"
      #expect(
        try run("cutout", "\(folder)/in", ["-o", out, "--mask", "\(folder)/masks", "--existing", "rename"]).code == 0)
      let first = try contents(folder)
      let more = ["-o", out, "--mask", "\(folder)/masks", "--existing", "skip", "--manifest", "\(folder)/m.jsonl"]
      let skipping = try run("cutout", "\(folder)/in", more)
      #expect(skipping.code == 0, "\(skipping.errors)")
      let manifest = try String(contentsOf: URL(filePath: "\(folder)/m.jsonl"), encoding: .utf8)
      #expect(
        manifest.split(separator: "\n").count { $0.contains("\"skipped\"") } == 3 && manifest.contains("out/a-1.png"))
      try FileManager.default.removeItem(atPath: "\(folder)/m.jsonl")
      #expect(try contents(folder) == first)
      // A third one is named, and not done; the others are.
      try write(["in/a.png"], in: folder)
      let third = try run("cutout", "\(folder)/in", more)
      #expect(
        third.code == 1 && third.errors.contains("in/a.png: its result") && !third.errors.contains("in/a.webp: its"))
    }
  }

  /// Masks that have no mark are known by their name, their size and that they are grey.
  @Test func resultsOfOlderVersionsAreNoPhotos() throws {
    try withFolder { folder throws in
      try write(["a.jpg"], in: folder)
      try write(["a.png"], in: folder, channels: .gray)
      let before = try contents(folder)
      let skipping = try run("mask", folder, ["--existing", "skip", "--quiet"])
      #expect(skipping.code == 0 && skipping.errors.contains("a.png: called like the result of another photo"))
      let overwriting = try run("mask", folder, ["--existing", "overwrite"])
      #expect(try overwriting.code == 1 && contents(folder) == before, "\(overwriting.errors)")
      #expect(try run("mask", folder, ["--existing", "rename"]).code == 0)
      #expect(files(in: folder) == ["a-1.png", "a.jpg", "a.png"])
    }
  }

  @Test func photosInAFolderForResultsAreNotPassedOverInSilence() throws {
    try withFolder { folder throws in
      try write(["a.jpg", "cuts/mine.jpg"], in: folder)
      for _ in 0..<2 {
        let result = try run("cutout", folder, ["-o", "\(folder)/cuts", "--existing", "overwrite"])
        #expect(
          result.code == 0 && result.errors.contains("cuts/mine.jpg: in a folder for results"), "\(result.errors)")
      }
      #expect(files(in: folder) == ["a.jpg", "cuts/a.png", "cuts/mine.jpg"])
    }
  }

  /// A mark is not what other programs leave out or put in: pixels and the rest stay.
  @Test func marksSayWhatAFileIsAndNothingElse() throws {
    try withFolder { folder throws in
      try write(["a secret name.jpg"], in: folder)
      for (command, name) in [
        ("mask", "m.png"), ("mask", "m.webp"), ("mask", "m.jpg"), ("cutout", "c.png"), ("cutout", "c.webp"),
      ] {
        let out = FilePath("\(folder)/out-\(name)")
        let result = try u2net_cliTests.run([
          command, "\(folder)/a secret name.jpg", "-o", "\(out)", "--input-size", "32",
        ])
        let creator = try #require(ImageFile.creator(of: out))
        #expect(result.code == 0 && creator.wholeMatch(of: /u2net (mask|cutout) of [0-9a-f]{16}/) != nil, "\(creator)")
        #expect(creator.contains(command))
      }
    }
  }
}
