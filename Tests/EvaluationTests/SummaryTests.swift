import Foundation
import Testing
import U2NetEvaluation
import U2NetImageFiles

/// What an evaluation says in the end: everything that was not scored has a line.
struct SummaryTests {
  private struct Unscored: Error, CustomStringConvertible { let description = "b: unscored" }

  private func summary(scored: Bool) throws -> EvaluationSummary {
    func files(_ names: [String], in folder: String) -> [Pairing.File] {
      names.map { Pairing.File(stem: $0, path: "\(folder)/\($0).png") }
    }
    let pairing = try Pairing(
      predictions: files(["a", "b", "only"], in: "p"), truths: files(["a", "b", "alone"], in: "m"))
    let samples = (0..<400).map { index -> UInt8 in index % 20 < 10 ? 255 : 0 }
    let mask = Image<UInt8>(width: 20, height: 20, channels: .gray, samples: samples)
    let evaluation = DatasetEvaluation(pairing.pairs) { pair in
      guard scored, pair.name == "a" else { throw Unscored() }
      return (mask, mask)
    }
    return EvaluationSummary(evaluation, pairing, unreadable: ["p/c.tif: TIFF"])
  }

  @Test func allThatWasNotScoredHasALine() throws {
    let summary = try summary(scored: true)
    #expect(summary.pairs == 1 && "\(summary)".hasPrefix("1 pair\n"))
    #expect(
      summary.problems(predictions: "p", masks: "m") == [
        "p/only.png: no mask of this name in m", "m/alone.png: no prediction of this name in p", "p/c.tif: TIFF",
        "b: unscored",
      ])
    #expect(
      summary.problems(predictions: "p", masks: "m", arePhotos: true)[1] == "m/alone.png: no photo of this name in p")
    let json = try JSONSerialization.jsonObject(with: Data(summary.json().utf8)) as? [String: Any]
    #expect(json?["failures"] as? [String] == ["p/c.tif: TIFF", "b: unscored"])
    #expect((json?["scores"] as? [String: Double])?["mae"] == 0)
  }

  @Test func nothingScoredIsNoScore() throws {
    let summary = try summary(scored: false)
    #expect(summary.pairs == 0 && summary.scores.isEmpty && summary.failures.count == 3)
    #expect("\(summary)".hasPrefix("0 pairs"))
  }
}
