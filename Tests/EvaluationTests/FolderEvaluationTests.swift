import Foundation
import Synchronization
import Testing
import U2NetEvaluation
import U2NetFiles
import U2NetImageFiles

struct FolderEvaluationTests {
  private let object = gray(30, 20) { x, _ in x < 10 ? 255 : 0 }
  private let nothing = gray(30, 20) { _, _ in 0 }

  /// Calls `body` with a folder in which the pictures lie under these names.
  private func withPictures(_ pictures: [String: Image<UInt8>], _ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "folders-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, picture) in pictures {
      let file = URL(filePath: "\(folder)/\(name)")
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try picture.writePNG(to: file.path)
    }
    try body(folder)
  }

  @Test func masksOfTwoFoldersAreScored() throws {
    try withPictures(
      [
        "p/a.png": object, "p/b.png": nothing, "p/.c.png": object, "t/a.png": object, "t/b.png": object,
        "t/d.png": object,
      ]
    ) { folder in
      let evaluation = try FolderEvaluation(predictions: "\(folder)/p", masks: "\(folder)/t")
      #expect(evaluation.remarks.count == 1)
      let outcome = evaluation.run(try evaluation.pairing(), threads: 2)
      #expect(outcome.hasScores && outcome.summary.pairs == 2)
      #expect(outcome.remarks.map { $0.hasPrefix("\(folder)/p/b.png: nothing is predicted here") } == [true])
      #expect(outcome.problems == ["\(folder)/t/d.png: no prediction of this name in \(folder)/p"])
      let page = try outcome.report()
      #expect(page.contains("<title>\(folder)/p against \(folder)/t</title>") && !page.contains("photo of a"))
      #expect(evaluation.inUse.use(of: FilePath("\(folder)/p/../t/a.png")) == "another file of this evaluation")
    }
  }

  @Test func photosAreHandedToWhoeverMakesMasks() throws {
    try withPictures(["p/a.png": object, "p/b.png": nothing, "t/a.png": object, "t/b.png": object]) { folder in
      let evaluation = try FolderEvaluation(predictions: "\(folder)/p", masks: "\(folder)/t")
      let seen = Mutex<[String]>([])
      let object = object
      let outcome = evaluation.run(try evaluation.pairing(), threads: 1) { pair in
        seen.withLock { $0.append(pair.name) }
        return object
      }
      #expect(seen.withLock { $0 } == ["a", "b"] && outcome.problems.isEmpty && outcome.remarks.isEmpty)
      #expect(outcome.summary.scores["mae"] == 0)
      let page = try outcome.report(by: "lite")
      #expect(page.contains("/p by lite against ") && page.contains("photo of a"))
    }
  }

  @Test func aSetWithoutAnyObjectHasNoScores() throws {
    try withPictures(["p/a.png": object, "t/a.png": nothing]) { folder in
      let evaluation = try FolderEvaluation(predictions: "\(folder)/p", masks: "\(folder)/t")
      let outcome = evaluation.run(try evaluation.pairing(), threads: 1)
      #expect(!outcome.hasScores && outcome.remarks.isEmpty)
      #expect(outcome.problems.first?.contains("t/a.png: there is no object in this mask") == true)
    }
  }

  @Test func oneFolderMayBeBoth() throws {
    try withPictures(["a.png": object, ".b.png": object]) { folder in
      let evaluation = try FolderEvaluation(predictions: folder, masks: folder)
      #expect(evaluation.remarks.count == 1)
      #expect(evaluation.run(try evaluation.pairing(), threads: 1).summary.scores["mae"] == 0)
    }
    #expect(throws: EvaluationError.self) { try FolderEvaluation(predictions: "/nowhere", masks: "/nowhere") }
  }

  @Test func longListsOfMasksAreShortened() {
    let lines = MaskRemark.noObject.lines((0..<13).map { "\($0).png" })
    #expect(lines.count == 11 && lines[0] == "0.png: there is no object in this mask")
    #expect(lines[10] == "… the same of 3 more masks of this set" && MaskRemark.noObject.lines(["a"]).count == 1)
  }

  @Test func memoryDecidesHowManyPairsAtOnce() {
    #expect(FolderEvaluation.pairsAtOnce(atMost: 4, beside: 1 << 50) == 1)
    #expect((1...4).contains(FolderEvaluation.pairsAtOnce(atMost: 4)))
  }
}
