import U2NetEvaluation
import U2NetFiles
import Foundation
import Testing

struct PairingTests {
  private func files(_ names: String..., in folder: String) -> [Pairing.File] {
    names.map { name in Pairing.File(stem: String(name.prefix { $0 != "." }), path: "\(folder)/\(name)") }
  }

  @Test func sameNamesAndOthers() throws {
    let pairing = try Pairing(
      predictions: files("b.png", "a/c.png", "a.png", "z.png", in: "p"),
      truths: files("a/c.jpg", "c.png", "b.jpg", "d.png", in: "t"))
    #expect(pairing.pairs.map(\.name) == ["a/c", "b"])
    #expect(pairing.pairs.map(\.prediction) == ["p/a/c.png", "p/b.png"])
    #expect(pairing.pairs.map(\.truth) == ["t/a/c.jpg", "t/b.jpg"])
    #expect(pairing.unpairedPredictions == ["p/a.png", "p/z.png"])
    #expect(pairing.unpairedTruths == ["t/c.png", "t/d.png"])
  }

  @Test func ambiguousNamesAreRefusedOnBothSides() {
    let single = files("a.png", in: "s"), double = files("b.png", "a.png", "a.jpg", "b.jpg", in: "d")
    let error = EvaluationError.ambiguous(paths: ["d/a.jpg", "d/a.png"])
    #expect(throws: error) { try Pairing(predictions: double, truths: single) }
    #expect(throws: error) { try Pairing(predictions: single, truths: double) }
  }

  #if os(Linux)
    /// Names that are no text, and that look alike as text.
    @Test func namesThatAreNotUTF8GoTogetherByTheirBytes() throws {
      let folder = FileManager.default.temporaryDirectory.appending(path: "pairing-\(UUID())").path
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let names: [[UInt8]] = [[0xe9, 0x74], [0xff], [0xfe], [0x61]]
      for side in ["p", "t"] {
        try FileManager.default.createDirectory(atPath: "\(folder)/\(side)", withIntermediateDirectories: true)
        for name in names {
          var file = try AtomicFile(FilePath("\(folder)/\(side)").appending(name + ".png".utf8))
          try file.commit()
        }
      }
      let pairing = try Pairing(
        predictions: Pairing.files(in: "\(folder)/p"), truths: Pairing.files(in: "\(folder)/t"))
      #expect(pairing.pairs.count == 4 && pairing.unpairedPredictions.isEmpty && pairing.unpairedTruths.isEmpty)
      for pair in pairing.pairs {
        #expect(pair.predictionFile.name == pair.truthFile.name && pair.predictionFile.exists && pair.truthFile.exists)
      }
      #expect(Set(pairing.pairs.map { Array($0.truthFile.name.dropLast(4)) }) == Set(names))
    }
  #endif

  /// é is one sign on one system, two on another.
  @Test func textIsComparedAsText() throws {
    let one = Pairing.File(stem: "\u{e9}", path: "one"), two = Pairing.File(stem: "e\u{301}", path: "two")
    #expect(try Pairing(predictions: [one], truths: [two]).pairs.map(\.truth) == ["two"])
  }

  @Test func nothingInCommonIsAnError() {
    #expect(throws: EvaluationError.noPairs) {
      try Pairing(predictions: files("a.png", in: "p"), truths: files("b.png", in: "t"))
    }
    #expect(throws: EvaluationError.noPairs) { try Pairing(predictions: [], truths: []) }
  }
}
