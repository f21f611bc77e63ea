import U2NetEvaluation
import Foundation
import U2NetImageFiles
import U2NetPlatform

/// What Fixtures/make_goldens.py wrote.
struct Goldens: Decodable {
  struct Pair: Decodable, CustomStringConvertible {
    let name: String
    let prediction, truth: Data
    /// By `Measure`; null where there is no number to rely on.
    let scores: [String: Double?]
    /// At thresholds 0, 15, … 255.
    let curves: [String: [Double]]
    var description: String { name }

    func evaluated() throws -> Scores {
      try Scores(prediction: mask(prediction), truth: mask(truth), name: name)
    }

    private func mask(_ png: Data) throws -> Image<UInt8> { try Image(decoding: Array(png), source: name) }
  }

  let pairs: [Pair]
  let dataset: [String: Double]

  static let values: Goldens = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/goldens.json")
    return try! JSONDecoder().decode(Goldens.self, from: Data(contentsOf: file))
  }()
}

func gray(_ width: Int, _ height: Int, _ level: (_ x: Int, _ y: Int) -> UInt8) -> Image<UInt8> {
  Image(
    width: width, height: height, channels: .gray,
    samples: (0..<width * height).map { level($0 % width, $0 / width) })
}
