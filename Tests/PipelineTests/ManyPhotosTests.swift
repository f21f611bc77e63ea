import Foundation
import U2Net
import Synchronization
import Testing

/// Many photos: order, failures, bounds, progress, cancellation.
struct ManyPhotosTests {
  /// Photos that come one by one, and how many have been taken.
  private struct Counted: Sequence, IteratorProtocol {
    final class Count: Sendable { let taken = Atomic<Int>(0) }
    let count = Count()
    let total: Int

    func next() -> PhotoSource? {
      let number = count.taken.load(ordering: .relaxed)
      guard number < total else { return nil }
      count.taken.add(1, ordering: .relaxed)
      return .pixels(disc(width: 60 + number), name: "\(number)")
    }
  }

  private func processor() throws -> PhotoProcessor {
    var settings = PhotoSettings()
    settings.inputSize = 96
    return try PhotoProcessor(settings: settings, cores: 2)
  }

  @Test func outcomesComeInOrderAndFailuresStopNothing() async throws {
    let processor = try processor()
    var sources = (0..<7).map { PhotoSource.pixels(disc(width: 60 + $0), name: "\($0)") }
    sources[2] = .bytes([1, 2, 3], name: "rubbish")
    var index = 0
    for await outcome in processor.results(of: sources, into: [.mask, .cutout]) {
      #expect(outcome.index == index && outcome.report.input == sources[index].name)
      switch outcome.result {
      case .success(let photo):
        let alone = try processor.process(sources[index], into: [.mask, .cutout])
        #expect(index != 2 && photo.results.map(\.bytes) == alone.results.map(\.bytes))
        #expect(outcome.report.status == .ok && outcome.report.verdict != nil)
      case .failure(let error):
        #expect(index == 2 && error is ImageError && outcome.report.status == .failed)
        #expect(outcome.report.error?.hasPrefix("rubbish: ") == true)
      }
      index += 1
    }
    #expect(index == 7)
  }

  @Test func noMorePhotosAreBegunThanThereIsRoomFor() async throws {
    let processor = try processor(), sources = Counted(total: 12)
    var received = 0
    for await _ in processor.results(of: sources, into: [.mask]) {
      received += 1
      #expect(sources.count.taken.load(ordering: .relaxed) - received <= processor.photosAtOnce)
    }
    #expect(received == 12)
  }

  @Test func aCancelledTaskBeginsNoMore() async throws {
    let processor = try processor(), sources = Counted(total: 1000)
    let task = Task {
      var received = 0
      for await _ in processor.results(of: sources, into: [.mask]) {
        received += 1
        if received == 2 { withUnsafeCurrentTask { $0?.cancel() } }
      }
      return received
    }
    #expect(await task.value == 2)
    #expect(sources.count.taken.load(ordering: .relaxed) <= 2 + processor.photosAtOnce + 1)
  }

  @Test func oneCallTellsItsProgress() async throws {
    let processor = try processor()
    let sources = [PhotoSource.pixels(disc()), .bytes([], name: "empty"), .pixels(plain)]
    var told: [[Int]] = [], verdicts: [String?] = []
    let failed = try await processor.process(
      all: sources, into: [.mask], progress: { told.append([$0, $1, $2]) },
      handle: { verdicts.append($0.report.verdict) })
    #expect(failed == 1 && told == [[1, 0, 3], [2, 1, 3], [3, 1, 3]] && verdicts.count == 3 && verdicts[1] == nil)
    let task = Task {
      try await processor.process(all: sources, into: [.mask]) { _ in withUnsafeCurrentTask { $0?.cancel() } }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func manifestsHaveALineForEach() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let processor = try processor(), manifest = try Manifest(path: path)
    try await processor.process(all: [.pixels(disc(), name: "disc"), .bytes([], name: "empty")], into: [.mask]) {
      try manifest.append($0.report)
    }
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
    #expect(lines.count == 2 && lines.map { $0?["status"] as? String } == ["ok", "failed"])
    #expect(lines[0]?["input"] as? String == "disc" && lines[0]?["coverage"] is Double)
    #expect((lines[0]?["milliseconds"] as? [String: Any])?["infer"] is Double)
    #expect(lines[1]?["error"] as? String == "empty: the file is empty")
    #expect(throws: PipelineError.self) { try Manifest(path: "/no/such/folder/m.jsonl") }
  }
}
