import Foundation
import Testing
import U2NetImageFiles

/// Manifests on standard output, and what is in them of photos that were not done.
struct ManifestTests {
  private func write(_ seed: Int, _ path: String) throws {
    let url = URL(filePath: path)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    let samples = (0..<40 * 40).flatMap { i -> [UInt8] in
      (10..<30).contains(i % 40) && (10 + seed..<30).contains(i / 40) ? [230, 60, UInt8(30 + seed)] : [20, 25, 40]
    }
    let picture = Image<UInt8>(width: 40, height: 40, channels: .rgb, samples: samples)
    let isJPEG = path.hasSuffix(".jpg")
    try Data(isJPEG ? picture.jpegData(source: path) : picture.pngData()).write(to: url)
  }

  private func lines(_ text: String) throws -> [[String: Any]] {
    try text.split(separator: "\n").map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\($0)")
    }
  }

  private func manifest(_ path: String) throws -> [[String: Any]] {
    try lines(String(contentsOfFile: path, encoding: .utf8))
  }

  private func mask(_ folder: String, _ more: [String], command: String = "mask") throws -> Outcome {
    try run([command, "\(folder)/in", "-o", "\(folder)/out", "--input-size", "32"] + more)
  }

  @Test func standardOutputTakesAManifest() throws {
    try withFolder { folder throws in
      for seed in 0..<3 { try write(seed, "\(folder)/in/p\(seed).png") }
      try write(3, "\(folder)/in/odd\u{1B}[2J\u{9B}.png")
      let result = try mask(folder, ["--manifest", "-"])
      #expect(result.code == 0 && result.errors.isEmpty, "\(result.errors)")
      let reports = try lines(result.text)
      #expect(reports.count == 4 && reports.allSatisfy { $0["status"] as? String == "ok" })
      #expect(reports.contains { ($0["input"] as? String)?.hasSuffix("odd\u{1B}[2J\u{9B}.png") == true })
      #expect(!result.text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{9B}" })
      let one = try run(["cutout", "\(folder)/in/p0.png", "-o", "\(folder)/c.png", "--manifest", "-"])
      #expect(try one.code == 0 && lines(one.text).count == 1)
      #expect(files(in: folder).allSatisfy { !$0.hasSuffix("-") } && files(in: ".").allSatisfy { $0 != "-" })
    }
  }

  /// Where a picture goes there, a manifest cannot.
  @Test func standardOutputTakesOneThing() throws {
    let photo = photo("chelsea.png"), manifest = ["--manifest", "-"]
    for arguments in [
      ["mask", photo, "-o", "-"] + manifest, ["cutout", photo, "-o", "/dev/stdout"] + manifest,
      ["mask", photo, "-o", "-", "--manifest", "/dev/stdout"],
      ["mask", photo, "-o", "m.png", "--cutout", "-"] + manifest,
      ["cutout", photo, "-o", "m.png", "--mask", "-"] + manifest,
    ] {
      try expectWrongUsage(arguments, naming: ["standard output", "manifest", "name two places"])
    }
    #expect(!FileManager.default.fileExists(atPath: "-") && !FileManager.default.fileExists(atPath: "m.png"))
  }

  @Test func hiddenPhotosAreInTheManifest() throws {
    try withFolder { folder throws in
      for (seed, name) in ["a.png", ".hid.png", "x/.also.png", "b.png"].enumerated() {
        try write(seed, "\(folder)/in/\(name)")
      }
      func hidden(_ path: String) throws -> [String] {
        try manifest(path).filter { $0["status"] as? String == "skipped" }.map { report in
          let remarks = try #require(report["remarks"] as? [String])
          #expect(remarks.count == 1 && remarks[0].hasPrefix("hidden, and passed over; --include '"), "\(remarks)")
          return try #require(report["input"] as? String)
        }.sorted()
      }
      let all = ["\(folder)/in/.hid.png", "\(folder)/in/x/.also.png"]
      #expect(try mask(folder, ["--manifest", "\(folder)/m"]).code == 0)
      #expect(try hidden("\(folder)/m") == all && manifest("\(folder)/m").count == 4)
      // One photo beside them, none beside them, and one that is asked for.
      try FileManager.default.removeItem(atPath: "\(folder)/in/b.png")
      #expect(try mask(folder, ["--existing", "overwrite", "--quiet", "--manifest", "\(folder)/one"]).code == 0)
      #expect(try hidden("\(folder)/one") == all && manifest("\(folder)/one").count == 3)
      #expect(
        try mask(
          folder, ["--existing", "overwrite", "--include", "*.png", "--include", ".hid*", "--manifest", "\(folder)/i"]
        )
        .code == 0)
      // What patterns leave is not passed over for being hidden.
      #expect(try hidden("\(folder)/i").isEmpty && manifest("\(folder)/i").count == 2)
      try FileManager.default.removeItem(atPath: "\(folder)/in/a.png")
      #expect(try mask(folder, ["--existing", "overwrite", "--manifest", "\(folder)/none"]).code == 1)
      #expect(try hidden("\(folder)/none") == all && manifest("\(folder)/none").count == 2)
      var shards: [String] = []
      for shard in ["1/2", "2/2"] {
        _ = try mask(folder, ["--existing", "overwrite", "--shard", shard, "--manifest", "\(folder)/s\(shard.first!)"])
        shards += try hidden("\(folder)/s\(shard.first!)")
      }
      #expect(shards.sorted() == all)
    }
  }

  #if os(Linux)
    @Test(.timeLimit(.minutes(1))) func aWatchedFoldersHiddenPhotosAreInIt() throws {
      try withFolder { folder throws in
        try write(0, "\(folder)/in/a.png")
        try write(1, "\(folder)/in/.hid.png")
        let process = Process(), output = Pipe()
        process.executableURL = executable()
        process.arguments = [
          "mask", "\(folder)/in", "-o", "\(folder)/out", "--watch", "--input-size", "32", "--manifest", "-", "--quiet",
        ]
        process.standardOutput = output
        try process.run()
        var text = ""
        while text.split(separator: "\n").count < 2 {
          let data = output.fileHandleForReading.availableData
          guard !data.isEmpty else { break }
          text += String(decoding: data, as: UTF8.self)
        }
        process.interrupt()
        process.waitUntilExit()
        let reports = try lines(text)
        #expect(process.terminationStatus == 0 && reports.count == 2)
        #expect(
          reports.contains { $0["input"] as? String == "\(folder)/in/.hid.png" && $0["remarks"] != nil }, "\(text)")
      }
    }
  #endif

  /// A result is a picture: nothing else makes a photo done.
  @Test func whatIsNoPictureDoesNotMakeAPhotoDone() throws {
    try withFolder { folder throws in
      for seed in 0..<4 { try write(seed, "\(folder)/in/p\(seed).jpg") }
      try FileManager.default.createDirectory(atPath: "\(folder)/out/p0.png", withIntermediateDirectories: true)
      try Data().write(to: URL(filePath: "\(folder)/out/p1.png"))
      try Data("no picture".utf8).write(to: URL(filePath: "\(folder)/out/p2.png"))
      let result = try mask(folder, ["--existing", "skip"])
      #expect(result.code == 1 && result.errors.contains("3 of 4 photos not done"), "\(result.errors)")
      for words in ["it is a folder", "it is an empty file", "it is no picture"] {
        #expect(result.errors.contains(words), "\(result.errors)")
      }
      #expect(files(in: "\(folder)/out").contains("p3.png"))
      #expect(try Data(contentsOf: URL(filePath: "\(folder)/out/p2.png")) == Data("no picture".utf8))
    }
  }

  /// What lies at a result's place says that it is another one: the photo is not done, which is told, counted and in the
  /// manifest, and nothing is lost.
  @Test func anotherResultDoesNotMakeAPhotoDone() throws {
    try withFolder { folder throws in
      for seed in 0..<3 { try write(seed, "\(folder)/in/p\(seed).jpg") }
      #expect(try mask(folder, []).code == 0)
      // Of this command all three are done.
      let skip = ["--existing", "skip"], same = try mask(folder, skip)
      #expect(same.code == 0 && same.errors.isEmpty, "\(same.errors)")
      let before = try Data(contentsOf: URL(filePath: "\(folder)/out/p0.png"))
      let cuts = try mask(folder, skip + ["--manifest", "\(folder)/m"], command: "cutout")
      #expect(cuts.code == 1 && cuts.errors.contains("3 of 3 photos not done"), "\(cuts.errors)")
      #expect(!cuts.errors.contains("photos failed"))
      let reports = try manifest("\(folder)/m")
      #expect(reports.count == 3)
      for report in reports {
        let error = try #require(report["error"] as? String)
        #expect(
          report["status"] as? String == "failed" && error.contains("is there already, but not this command's result"))
        #expect(error.contains("it is a mask;"), "\(error)")
      }
      #expect(try Data(contentsOf: URL(filePath: "\(folder)/out/p0.png")) == before)
      // A result of another photo, beside one of this command's, one that is missing, and a photo that fails.
      try write(9, "\(folder)/in/p1.jpg")
      try write(3, "\(folder)/in/q.jpg")
      try Data("GIF89a".utf8).write(to: URL(filePath: "\(folder)/in/r.gif"))
      let mixed = try mask(folder, skip)
      #expect(mixed.code == 1 && mixed.errors.contains("p1.jpg: its result"), "\(mixed.errors)")
      #expect(mixed.errors.contains("a mask of another photo, or of this one before it was changed"), "\(mixed.errors)")
      #expect(mixed.errors.contains("1 of 3 photos failed, 1 of 3 photos not done"), "\(mixed.errors)")
      #expect(files(in: "\(folder)/out") == ["p0.png", "p1.png", "p2.png", "q.png"])
      // One of two results is another's: nothing is replaced; and what has no mark is what it is called.
      let both = try mask(folder, skip + ["--mask", "\(folder)/new/"], command: "cutout")
      #expect(both.code == 1 && files(in: "\(folder)/new").isEmpty)
      #expect(try Data(contentsOf: URL(filePath: "\(folder)/out/p0.png")) == before)
      try write(0, "\(folder)/plain/p0.png")
      let unmarked = try run(
        ["cutout", "\(folder)/in/p0.jpg", "-o", "\(folder)/plain/", "--input-size", "32"] + skip)
      #expect(unmarked.code == 0 && unmarked.errors.isEmpty, "\(unmarked.errors)")
      let alone = try run(["cutout", "\(folder)/in/p0.jpg", "-o", "\(folder)/out/", "--input-size", "32"] + skip)
      #expect(alone.code == 1 && alone.errors.contains("not this command's result"), "\(alone.errors)")
      #expect(try mask(folder, ["--existing", "overwrite"], command: "cutout").code == 1)  // The GIF.
      #expect(try Data(contentsOf: URL(filePath: "\(folder)/out/p0.png")) != before)
    }
  }

  /// As a folder's, the names of a list are chosen by patterns.
  @Test func patternsChooseFromLists() throws {
    try withFolder { folder throws in
      for (seed, name) in ["a.png", "b.jpg", "old/c.png", ".h.png"].enumerated() {
        try write(seed, "\(folder)/in/\(name)")
      }
      let names = ["a.png", "b.jpg", "./old/c.png", ".h.png", "../in/a.png"].map { "in/\($0)" }
      try Data(names.joined(separator: "\n").utf8).write(to: URL(filePath: "\(folder)/list"))
      func chosen(_ patterns: [String], _ out: String) throws -> (outcome: Outcome, files: [String]) {
        let process = Process(), errors = Pipe()
        process.executableURL = executable()
        process.currentDirectoryURL = URL(filePath: folder)
        process.arguments = ["mask", "--files-from", "list", "-o", out, "--input-size", "32"] + patterns
        process.standardError = errors
        try process.run()
        let text = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (Outcome(code: process.terminationStatus, output: Data(), errors: text), files(in: "\(folder)/\(out)"))
      }
      for (number, (patterns, expected)) in [
        (["--include", "*.jpg"], ["in/b.png"]),
        (["--exclude", "*.jpg", "--exclude", "*old/*"], ["in/.h.png", "in/a.png"]),
        (["--include", "in/*.png", "--exclude", "in/old/*"], ["in/.h.png", "in/a.png"]),
        (["--include", "in/old/*"], ["in/old/c.png"]),
      ].enumerated() {
        let (outcome, found) = try chosen(patterns, "out\(number)")
        #expect(outcome.code == 0 && found == expected, "\(patterns): \(found) \(outcome.errors)")
      }
      let (outcome, _) = try chosen(["--include", "*.tif"], "none")
      #expect(
        outcome.code == 1 && outcome.errors.contains("list: --include '*.tif' leaves none of the 5 names in this list"),
        "\(outcome.errors)")
      // What is left is one photo, which may have a name of its own.
      let (one, _) = try chosen(["--include", "*.jpg"], "one.png")
      #expect(one.code == 0 && FileManager.default.fileExists(atPath: "\(folder)/one.png"), "\(one.errors)")
    }
  }
}
