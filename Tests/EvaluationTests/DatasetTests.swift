import U2NetEvaluation
import U2NetPixels
import Synchronization
import Testing
import U2NetPlatform

struct DatasetTests {
  private let pairs: [Pairing.Pair]

  init() throws {
    let files = (0..<100).map { Pairing.File(stem: "\($0 + 100)", path: "\($0)") }
    pairs = try Pairing(predictions: files, truths: files).pairs
  }

  private struct Unreadable: Error, Equatable { let path: String }

  /// Pairs of random masks of many sizes; every 19th cannot be read.
  @Sendable private static func masks(
    _ pair: Pairing.Pair
  ) throws -> (prediction: Image<UInt8>, truth: Image<UInt8>) {
    let number = Int(pair.prediction)!
    if number % 19 == 18 { throw Unreadable(path: pair.prediction) }
    var random = SplitMix64(seed: UInt64(number))
    let width = Int.random(in: 1...80, using: &random), height = Int.random(in: 1...80, using: &random)
    let truth = gray(width, height) { x, y in (x - 30) * (x - 30) + (y - 20) * (y - 20) < 8 * number ? 255 : 0 }
    return (gray(width, height) { _, _ in UInt8.random(in: 0...255, using: &random) }, truth)
  }

  @Test func threadsChangeNothing() {
    let one = DatasetEvaluation(pairs, threads: 1, masks: Self.masks)
    #expect(one.scores.count == 95 && one.failures.map { ($0 as! Unreadable).path } == ["18", "37", "56", "75", "94"])
    for threads in [2, 3, 8] {
      let many = DatasetEvaluation(pairs, threads: threads, masks: Self.masks)
      #expect(many.scores == one.scores && many.table.csv == one.table.csv)
      #expect(many.failures.map { "\($0)" } == one.failures.map { "\($0)" })
      #expect(many.extremes.best.map(\.pair) == one.extremes.best.map(\.pair))
    }
  }

  @Test func resultsComeInOrderAndFewAreHeld() {
    let started = Atomic(0)
    var received: [Int] = []
    inOrder(count: 500, threads: 2) { index in
      started.wrappingAdd(1, ordering: .relaxed)
      return index * index
    } receive: { index, square in
      #expect(square == index * index && started.load(ordering: .relaxed) <= index + 128)
      received.append(index)
    }
    #expect(received == Array(0..<500))
    inOrder(count: 0, threads: 2) {
      $0
    } receive: { _, _ in
      Issue.record("nothing to receive")
    }
  }

  @Test func masksWithoutAnObjectAreTold() {
    let evaluation = DatasetEvaluation(pairs, threads: 3) { pair in
      let number = Int(pair.prediction)!
      return (gray(4, 4) { x, _ in UInt8(x) }, gray(4, 4) { x, _ in number % 40 == 7 ? 128 : UInt8(60 * x) })
    }
    #expect(evaluation.withoutObject.map(\.prediction) == ["7", "47", "87"] && evaluation.scores.count == 100)
  }

  @Test func numbersThatAreNoneAreWritten() {
    #expect(fixed(.nan, places: 2) == "nan" && fixed(.infinity, places: 0) == "inf")
    #expect(fixed(-1e300, places: 3) == "-1e+300" && fixed(-0.126, places: 2) == "-0.13")
  }

  @Test func bestAndWorst() throws {
    let evaluation = DatasetEvaluation(pairs, masks: Self.masks)
    let all = try pairs.compactMap { pair in
      try? Self.masks(pair)
    }.map { try Scores(prediction: $0.prediction, truth: $0.truth, name: "").structure }.sorted()
    #expect(evaluation.extremes.worst.map(\.rank) == Array(all.prefix(6)))
    #expect(evaluation.extremes.best.map(\.rank) == all.suffix(6).reversed())
    // Of few pairs, none is both.
    let few = DatasetEvaluation(Array(pairs.prefix(8)), masks: Self.masks).extremes
    #expect(few.best.count == 6 && few.worst.count == 2)
    #expect(Set(few.best.map(\.pair.name)).isDisjoint(with: few.worst.map(\.pair.name)))
  }
}
