import Evaluation
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

  @Test func nothingInCommonIsAnError() {
    #expect(throws: EvaluationError.noPairs) {
      try Pairing(predictions: files("a.png", in: "p"), truths: files("b.png", in: "t"))
    }
    #expect(throws: EvaluationError.noPairs) { try Pairing(predictions: [], truths: []) }
  }
}
