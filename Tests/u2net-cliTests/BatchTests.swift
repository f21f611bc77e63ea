import Foundation
import U2NetImageFiles
import Testing

/// Folders: what goes in, what is told, what can be resumed.
struct BatchTests {
  /// A folder in/ with `count` small pictures, p0.png ….
  private func withPhotos<R>(_ count: Int, _ body: (String) throws -> R) throws -> R {
    try withFolder { folder throws in
      try FileManager.default.createDirectory(atPath: "\(folder)/in", withIntermediateDirectories: true)
      for index in 0..<count { try disc(seed: index).writePNG(to: "\(folder)/in/p\(index).png") }
      return try body(folder)
    }
  }

  /// A bright disc on a dark ground.
  private func disc(seed: Int) -> Image<UInt8> {
    let side = 64, center = 24 + seed % 16
    let samples = (0..<side * side).flatMap { i -> [UInt8] in
      let (x, y) = (i % side - center, i / side - center)
      return x * x + y * y < 300 ? [230, UInt8(40 + seed % 8 * 20), 30] : [20, 25, 40]
    }
    return Image(width: side, height: side, channels: .rgb, samples: samples)
  }

  private func lines(_ path: String) throws -> [[String: Any]] {
    try String(contentsOf: URL(filePath: path), encoding: .utf8).split(separator: "\n").map {
      try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }

  @Test func theManifestTellsWhatBecameOfEachPhoto() throws {
    try withPhotos(3) { folder throws in
      try Data().write(to: URL(filePath: "\(folder)/in/empty.jpg"))
      let command = [
        "cutout", "\(folder)/in", "-o", "\(folder)/out", "--mask", "\(folder)/masks", "--input-size", "32",
        "--manifest",
        "\(folder)/m.jsonl",
      ]
      let result = try run(command)
      #expect(result.code == 1 && result.errors.contains("empty.jpg") && result.errors.contains("1 of 4 photos failed"))
      let reports = try lines("\(folder)/m.jsonl")
      #expect(reports.count == 4)
      let failed = reports.filter { $0["status"] as? String == "failed" }
      #expect(failed.count == 1 && (failed[0]["error"] as? String)?.contains("empty.jpg") == true)
      for report in reports where report["status"] as? String == "ok" {
        #expect((report["outputs"] as? [String])?.count == 2)
        #expect(["ok", "no salient object", "touches the border"].contains(report["verdict"] as? String))
        let coverage = try #require(report["coverage"] as? Double)
        #expect((0...1).contains(coverage))
        #expect(
          (report["milliseconds"] as? [String: Double])?.keys.sorted() == ["decode", "encode", "infer", "refine"])
      }
      // A second run with what failed removed goes on, and adds to the manifest.
      try FileManager.default.removeItem(atPath: "\(folder)/in/empty.jpg")
      try FileManager.default.removeItem(atPath: "\(folder)/masks/p1.png")
      #expect(try run(command + ["--existing", "skip"]).code == 0)
      #expect(
        try lines("\(folder)/m.jsonl").dropFirst(4).map { $0["status"] as? String }.sorted { $0! < $1! } == [
          "ok", "skipped", "skipped",
        ])
      #expect(files(in: "\(folder)/masks") == ["p0.png", "p1.png", "p2.png"])
    }
  }

  @Test func resultsDoNotDependOnThreads() throws {
    try withPhotos(5) { folder throws in
      for threads in ["1", "2", "3"] {
        let result = try run([
          "cutout", "\(folder)/in", "-o", "\(folder)/\(threads)", "--input-size", "64", "--threads", threads,
        ])
        #expect(result.code == 0)
      }
      for name in files(in: "\(folder)/1") {
        let first = try Data(contentsOf: URL(filePath: "\(folder)/1/\(name)"))
        for threads in ["2", "3"] {
          #expect(try Data(contentsOf: URL(filePath: "\(folder)/\(threads)/\(name)")) == first, "\(name), \(threads)")
        }
      }
    }
  }

  @Test func shardsPartTheList() throws {
    try withPhotos(12) { folder throws in
      var seen: [String] = []
      for shard in 1...3 {
        let out = "\(folder)/out\(shard)"
        #expect(try run(["mask", "\(folder)/in", "-o", out, "--input-size", "32", "--shard", "\(shard)/3"]).code == 0)
        #expect(files(in: out).count < 12)
        seen += files(in: out)
      }
      #expect(seen.sorted() == files(in: "\(folder)/in"))
      #expect(try run(["mask", "\(folder)/in", "-o", "\(folder)/o", "--shard", "4/3"]).code == 2)
    }
  }

  @Test func listsAndPatternsChoosePhotos() throws {
    try withPhotos(4) { folder throws in
      func names(_ arguments: [String], input: String? = nil) throws -> [String] {
        let out = "\(folder)/\(UUID())/"
        let result = try run(["mask", "-o", out, "--input-size", "32"] + arguments, input: input.map { Data($0.utf8) })
        #expect(result.code == 0, "\(result.errors)")
        return files(in: out)
      }
      #expect(try names(["\(folder)/in", "--include", "p[01]*"]) == ["p0.png", "p1.png"])
      #expect(try names(["\(folder)/in", "--exclude", "p3.png"]) == ["p0.png", "p1.png", "p2.png"])
      let list = "\(folder)/in/p2.png\n\(folder)/in/p0.png\n"
      let listed = try names(["--files-from", "-"], input: list)
      #expect(listed.count == 2 && listed.allSatisfy { $0.hasSuffix("in/p0.png") || $0.hasSuffix("in/p2.png") })
      #expect(try names(["--files-from", "-"], input: "\(folder)/in/p1.png\0").count == 1)
    }
  }

  @Test func existingResultsCanBeKeptBesideNewOnes() throws {
    try withPhotos(2) { folder throws in
      let command = ["mask", "\(folder)/in", "-o", "\(folder)/out", "--input-size", "32", "--existing", "rename"]
      for _ in 0..<2 { #expect(try run(command).code == 0) }
      #expect(files(in: "\(folder)/out") == ["p0-1.png", "p0.png", "p1-1.png", "p1.png"])
    }
  }

  /// Names are bytes: spaces, line breaks and what is no UTF-8.
  @Test func namesMayHaveAnyBytes() throws {
    try withPhotos(1) { folder throws in
      let names: [[UInt8]] = [
        Array("a b.png".utf8), Array("line\nbreak.png".utf8), [0x66, 0xE9, 0xFF] + Array(".png".utf8),
      ]
      let photo = try Data(contentsOf: URL(filePath: "\(folder)/in/p0.png"))
      for name in names { #expect(write(photo, to: Array("\(folder)/in/".utf8) + name), "\(name)") }
      let result = try run(["mask", "\(folder)/in", "-o", "\(folder)/out", "--input-size", "32"])
      #expect(result.code == 0, "\(result.errors)")
      for name in names { #expect(exists(Array("\(folder)/out/".utf8) + name), "\(name)") }
    }
  }

  private func write(_ data: Data, to path: [UInt8]) -> Bool {
    let file = (path + [0]).withUnsafeBytes { fopen($0.assumingMemoryBound(to: CChar.self).baseAddress!, "wb") }
    guard let file else { return false }
    defer { fclose(file) }
    return data.withUnsafeBytes { fwrite($0.baseAddress, 1, data.count, file) } == data.count
  }

  private func exists(_ path: [UInt8]) -> Bool {
    (path + [0]).withUnsafeBytes { access($0.assumingMemoryBound(to: CChar.self).baseAddress!, F_OK) } == 0
  }

  @Test func progressIsToldWhereItIsWanted() throws {
    try withPhotos(2) { folder throws in
      let json = try run(["mask", "\(folder)/in", "-o", "\(folder)/a", "--input-size", "32", "--json-progress"])
      let last = try #require(json.errors.split(separator: "\n").last { $0.hasPrefix("{") })
      let object = try #require(JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any])
      #expect(object["done"] as? Int == 2 && object["total"] as? Int == 2 && object["failed"] as? Int == 0)
      let piped = try run(["mask", "\(folder)/in", "-o", "\(folder)/b", "--input-size", "32", "--quiet"])
      #expect(piped.code == 0 && piped.errors.isEmpty && piped.output.isEmpty)
    }
  }

  @Test func linksToFoldersAreNotFollowed() throws {
    try withPhotos(1) { folder throws in
      try FileManager.default.createSymbolicLink(atPath: "\(folder)/in/loop", withDestinationPath: "\(folder)/in")
      let result = try run(["mask", "\(folder)/in", "-o", "\(folder)/out", "--input-size", "32"])
      #expect(result.code == 0 && result.errors.contains("loop: a link to a folder, not followed"))
      #expect(files(in: "\(folder)/out") == ["p0.png"])
    }
  }

  @Test func resultsInTheFolderOfPhotosAreNotPhotos() throws {
    try withPhotos(2) { folder throws in
      let command = [
        "cutout", "\(folder)/in", "-o", "\(folder)/in/cuts", "--input-size", "32", "--existing", "overwrite",
      ]
      for _ in 0..<2 { #expect(try run(command).code == 0) }
      #expect(files(in: "\(folder)/in/cuts") == ["p0.png", "p1.png"])
    }
  }
}
