import Foundation
import Synchronization
import Testing
import U2Net

/// A folder of photos to a folder of results, in one call.
struct FileBatchTests {
  private final class Folder {
    let path = FileManager.default.temporaryDirectory.appending(path: "batch-\(UUID())").path
    init() throws {
      try FileManager.default.createDirectory(atPath: path + "/photos/red", withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ bytes: [UInt8], _ name: String) throws { try ImageFile.write(bytes, to: "\(path)/\(name)") }
    var results: [String] {
      get throws {
        try FileManager.default.subpathsOfDirectory(atPath: path + "/out").filter { $0.contains(".") }.sorted()
      }
    }
  }

  private func processor() throws -> PhotoProcessor {
    var settings = PhotoSettings()
    settings.inputSize = 96
    return try PhotoProcessor(settings: settings, cores: 2)
  }

  private func folder() throws -> Folder {
    let folder = try Folder()
    try folder.write(disc().pngData(), "photos/a.png")
    try folder.write(disc(width: 80).pngData(), "photos/red/b.png")
    try folder.write(Array(disc().pngData().prefix(200)), "photos/broken.png")
    try folder.write([1], "photos/notes.txt")
    return folder
  }

  @Test func resultsAreCalledByThePattern() throws {
    let folder = try folder()
    var batch = FileBatch(["\(folder.path)/photos/red"], into: "\(folder.path)/out", results: [.mask, .cutout])
    batch.names = try NamePattern("{kind} of {name}")
    let processor = try processor()
    #expect(try batch.plan().run(with: { _ in processor }).failed == 0)
    #expect(try folder.results == ["cutout of b.png", "mask of b.png"])
  }

  /// Two programs at once plan before either writes.
  @Test(arguments: [ExistingFiles.error, .skip, .rename])
  func whatComesMeanwhileIsNotReplaced(_ existing: ExistingFiles) throws {
    let folder = try Folder(), processor = try processor()
    try folder.write(disc().pngData(), "photos/a.png")
    try folder.write(disc(width: 80).pngData(), "photos/red/a.png")
    let plans = try ["photos", "photos/red"].map { name in
      var batch = FileBatch(["\(folder.path)/\(name)"], into: "\(folder.path)/out", results: [.mask, .cutout])
      (batch.include, batch.existing) = (["a.png"], existing)
      return try batch.plan()
    }
    let first = try plans[0].run(with: { _ in processor })
    let made = try ImageFile.read("\(folder.path)/out/a-mask.png")
    // Somebody else's, in the place of one result of two.
    try folder.write([7], "out/a-cutout.png")
    let reports = Mutex<[PhotoReport]>([])
    let onEvent: @Sendable (FileBatch.Event) -> Void = { event in
      if case .done(let report, _) = event { reports.withLock { $0.append(report) } }
    }
    let second = try plans[1].run(onEvent: onEvent, with: { _ in processor })
    #expect(first.failed == 0 && second.failed == (existing == .rename ? 0 : 1))
    #expect(try ImageFile.read("\(folder.path)/out/a-mask.png") == made)
    #expect(try ImageFile.read("\(folder.path)/out/a-cutout.png") == [7])
    let numbered = existing == .rename ? ["a-cutout-1.png", "a-mask-1.png"] : []
    #expect(try folder.results == (["a-cutout.png", "a-mask.png"] + numbered).sorted())
    let report = try #require(reports.withLock { $0.first })
    if existing == .rename {
      #expect(report.outputs.sorted() == numbered.map { "\(folder.path)/out/\($0)" })
    } else {
      #expect(report.error?.contains("another file has come to be there meanwhile") == true, "\(report)")
    }
  }

  /// Two runs of one command make the same results: who comes second finds them there.
  @Test func theSameResultsTwiceAreDone() throws {
    let folder = try Folder(), processor = try processor()
    try folder.write(disc().pngData(), "photos/a.png")
    var batch = FileBatch(["\(folder.path)/photos"], into: "\(folder.path)/out", results: [.mask])
    batch.existing = .skip
    let plans = try (0..<2).map { _ in try batch.plan() }
    for plan in plans { #expect(try plan.run(with: { _ in processor }).failed == 0) }
    #expect(try folder.results == ["a.png"])
  }

  @Test func treesBecomeTrees() async throws {
    let folder = try folder(), processor = try processor()
    var batch = FileBatch(["\(folder.path)/photos"], into: "\(folder.path)/out", results: [.mask])
    batch.manifest = "\(folder.path)/lists/m.jsonl"
    let told = Mutex<[FileBatch.Progress]>([])
    let summary = try await processor.process(batch) { progress in told.withLock { $0.append(progress) } }
    #expect([summary.done, summary.failed, summary.skipped] == [3, 1, 0] && summary.problems == [])
    #expect(try folder.results == ["a.png", "red/b.png"])
    // But for its mark.
    let mask = try #require(try processor.process(.pixels(disc()), into: [.mask])[.mask])
    #expect(
      try Image<UInt8>(contentsOf: "\(folder.path)/out/a.png") == Image<UInt8>(decoding: mask, source: "mask.png"))
    let progress = told.withLock { $0 }
    #expect(progress.map(\.done) == [1, 2, 3] && progress.allSatisfy { $0.total == 3 } && progress[2].failed == 1)
    let failures = progress.compactMap(\.report.error)
    #expect(failures.count == 1 && failures[0].hasPrefix("\(folder.path)/photos/broken.png: "))
    let lines = try String(contentsOfFile: "\(folder.path)/lists/m.jsonl", encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 3)

    // Nothing is done twice, or over what is there.
    await #expect { try await processor.process(batch) } throws: { "\($0)".contains("exists already") }
    batch.existing = .skip
    let again = try await processor.process(batch)
    #expect([again.done, again.failed, again.skipped] == [1, 1, 2] && again.problems == [])
    batch.include = ["*.gif"]
    let nothing = try await processor.process(batch)
    #expect(nothing.done == 0 && nothing.problems.count == 1)
  }

  @Test func severalResultsHaveNamesOfTheirOwn() async throws {
    let folder = try folder(), processor = try processor()
    var batch = FileBatch(
      ["\(folder.path)/photos"], into: "\(folder.path)/out", results: [.mask, .cutout(as: .webP), .map(.fused)])
    batch.exclude = ["broken.*"]
    #expect(try await processor.process(batch).failed == 0)
    #expect(
      try folder.results == [
        "a-cutout.webp", "a-fused.png", "a-mask.png", "red/b-cutout.webp", "red/b-fused.png", "red/b-mask.png",
      ])
    // What settings cannot make is said before any photo is opened.
    batch.results = [.composite(as: .jpeg)]
    await #expect(throws: SettingsError.backgroundMissing) { try await processor.process(batch) }
    batch.results = [.mask]
    batch.inputs = ["\(folder.path)/nowhere"]
    #expect(try await processor.process(batch).failed == 1)
  }

  @Test func aCancelledBatchGoesOnLater() async throws {
    let folder = try folder(), processor = try processor()
    for n in 0..<30 { try folder.write(disc(width: 60 + n).pngData(), "photos/red/\(n).png") }
    var batch = FileBatch(["\(folder.path)/photos/red"], into: "\(folder.path)/out", results: [.mask])
    let first = batch
    let task = Task { try await processor.process(first) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try FileManager.default.fileExists(atPath: folder.path + "/out") == false || folder.results.count < 31)
    batch.existing = .skip
    let rest = try await processor.process(batch)
    #expect(rest.failed == 0 && rest.done + rest.skipped == 31)
    #expect(try folder.results.count == 31)
  }

  @Test(arguments: ["narrow.zip.pth", "narrow.legacy.pth", "lite.bin"])
  func networksAreReadByContents(_ name: String) throws {
    let folder = try Folder()
    var path = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../U2NetTests/Fixtures/\(name)").standardized.path
    if name == "lite.bin" {
      path = "\(folder.path)/\(name)"
      try Safetensors.write(TrainedNetwork.lite.store, to: path)
    }
    let network = try TrainedNetwork(contentsOf: path)
    #expect(network.configuration.name == (name == "lite.bin" ? "lite" : "custom"))
    var options = SaliencyDetector.Options()
    options.inputSize = 64
    let alone = SaliencyDetector(network, options: options).detect(in: disc())
    #expect(try SaliencyDetector(weights: path, options: options).detect(in: disc()).maps == alone.maps)
    #expect { try TrainedNetwork(contentsOf: folder.path) } throws: { "\($0)".contains("directory") }
  }
}
