import Foundation
import Testing
import U2NetEvaluation
import U2NetImageFiles
import U2NetPixels

struct AlphaTests {
  /// What Fixtures/make_alpha_goldens.py wrote.
  struct Golden: Decodable, CustomStringConvertible {
    let name: String
    let prediction, truth: Data
    let scores: [String: Double]
    var description: String { name }

    func alpha(_ png: Data) throws -> Image<Float> {
      let picture: Image<UInt8> = try Image(decoding: Array(png), source: name)
      return picture.alphaLevels()
    }

    static let all: [Golden] = {
      let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/alpha_goldens.json")
      return try! JSONDecoder().decode([Golden].self, from: Data(contentsOf: file))
    }()
  }

  @Test(arguments: Golden.all) func asOthersScore(_ golden: Golden) throws {
    let (prediction, truth) = (try golden.alpha(golden.prediction), try golden.alpha(golden.truth))
    let scores = try AlphaScores(prediction: prediction, truth: truth, name: "")
    for (key, expected) in golden.scores {
      let measure = try #require(AlphaMeasure(rawValue: key)), value = try #require(measure.value(of: scores))
      #expect(abs(value - expected) < 1e-6 * max(1, expected), "\(key): \(value), not \(expected)")
    }
    #expect((scores.band == nil) == (golden.scores["band_sad"] == nil))
    #expect(abs(scores.picture.meanAbsoluteError * Double(scores.picture.count) - 1000 * scores.picture.sad) < 1e-9)
  }

  @Test func alphaIsTransparencyWhereThatVaries() {
    let photo: [UInt8] = [10, 20, 30, 0, 200, 100, 50, 51, 3, 2, 1, 255]
    let cutout = Image<UInt8>(width: 3, height: 1, channels: .rgba, samples: photo)
    #expect(cutout.alphaLevels().samples == [0, 0.2, 1])
    let opaque = Image<UInt8>(width: 2, height: 1, channels: .rgba, samples: [51, 51, 51, 255, 102, 102, 102, 255])
    #expect(opaque.alphaLevels().samples == [0.2, 0.4])
    // Nothing is stretched.
    #expect(gray(2, 1) { x, _ in UInt8(x) }.alphaLevels().samples == [0, 1 / 255])
    let deep = Image<UInt16>(width: 2, height: 1, channels: .gray, samples: [1, 65535])
    #expect(deep.alphaLevels().samples == [1 / 65535, 1])
  }

  @Test func aDataSetIsTheMeanOfItsPairs() throws {
    let soft = gray(40, 30) { x, _ in UInt8(min(255, 8 * x)) }, hard = gray(40, 30) { x, _ in x < 20 ? 0 : 255 }
    let pictures = ["soft": soft, "hard": hard, "small": gray(2, 2) { _, _ in 0 }]
    let pairs = try Pairing(
      predictions: ["hard", "small", "soft"].map { .init(stem: $0, path: "p/\($0)") },
      truths: ["hard", "small", "soft"].map { .init(stem: $0, path: "t/\($0)") }
    ).pairs
    func evaluation(threads: Int) -> AlphaEvaluation {
      AlphaEvaluation(pairs, threads: threads) { (soft.alphaLevels(), pictures[$0.name]!.alphaLevels()) }
    }
    let evaluation = evaluation(threads: 1),
      alone = try AlphaScores(
        prediction: soft.alphaLevels(), truth: hard.alphaLevels(), name: "")
    #expect(evaluation.count == 2 && evaluation.failures.count == 1)
    #expect("\(evaluation.failures[0])".contains("2 x 2"))
    #expect(evaluation.mean(.sad) == alone.picture.sad / 2)
    // Only one pair has a band, and nothing is wrong in it.
    #expect(evaluation.mean(.bandSAD) == 0)
    #expect(evaluation.extremes.best.map(\.pair.name) == ["soft", "hard"])
    let lines = evaluation.csv.split(separator: "\r\n")
    #expect(
      lines.count == 3 && lines[0].hasPrefix("name,mae,sad,mse,grad,conn,band_mae,") && lines[1].contains(",,,,,0.0"))
    #expect(evaluation.csv == self.evaluationCSV(pairs, pictures, soft))
    let page = Report(title: "a <b>", evaluation).html { _ in [("truth", soft)] }
    #expect(page.contains("SAD in the unknown band") && page.contains("Best, by MAE") && !page.contains("Curves"))
  }

  private func evaluationCSV(_ pairs: [Pairing.Pair], _ pictures: [String: Image<UInt8>], _ soft: Image<UInt8>)
    -> String
  {
    AlphaEvaluation(pairs, threads: 3) { (soft.alphaLevels(), pictures[$0.name]!.alphaLevels()) }.csv
  }
}
