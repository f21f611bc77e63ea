import U2NetEvaluation
import Foundation
import U2NetPixels
import Testing
import U2NetPlatform

/// The weighted F-measure against its definition, pixel by pixel.
struct WeightedFTests {
  @Test(arguments: [
    (1, 1, 0.5), (1, 90, 0.05), (90, 1, 0.05), (31, 33, 0.002), (33, 31, 0.02), (40, 37, 0.2), (29, 29, 0.9),
    (300, 5, 0.001), (3, 400, 0.001), (170, 40, 0.0002),
  ])
  func asDefined(_ width: Int, _ height: Int, _ share: Double) throws {
    var random = SplitMix64(seed: UInt64(width * 1000 + height))
    let somewhere = (x: Int.random(in: 0..<width, using: &random), y: Int.random(in: 0..<height, using: &random))
    let truth = gray(width, height) { x, y in
      (x, y) == somewhere || Double.random(in: 0..<1, using: &random) < share ? 255 : 0
    }
    let prediction = gray(width, height) { _, _ in UInt8.random(in: 2...250, using: &random) }
    let value = try Scores(prediction: prediction, truth: truth, name: "").weightedF
    let expected = Self.reference(prediction, truth)
    #expect(abs(value - expected) < 2e-7, "\(value), not \(expected)")
  }

  private static func reference(_ prediction: Image<UInt8>, _ truth: Image<UInt8>) -> Double {
    let (width, height) = (truth.width, truth.height)
    let low = Double(prediction.samples.min()!), range = Double(prediction.samples.max()!) - low
    let values = prediction.samples.map { range == 0 ? Double($0) / 255 : (Double($0) - low) / range }
    let isObject = truth.samples.map { $0 > 128 }
    let errors = zip(values, isObject).map { $1 ? 1 - $0 : $0 }
    // By column, then by row: the first of the nearest ones is the one that is meant.
    let object = (0..<width * height).map { (x: $0 / height, y: $0 % height) }.filter { isObject[$0.y * width + $0.x] }
    var (inside, outside) = (0.0, 0.0)
    var transferred = errors
    for i in errors.indices where !isObject[i] {
      let (y, x) = i.quotientAndRemainder(dividingBy: width)
      let squares = object.map { ($0.x - x) * ($0.x - x) + ($0.y - y) * ($0.y - y) }
      let least = squares.min()!, nearest = object[squares.firstIndex(of: least)!]
      transferred[i] = errors[nearest.y * width + nearest.x]
      outside += errors[i] * (2 - pow(0.5, Double(least).squareRoot() / 5))
    }
    let taps = (-3...3).map { exp(-Double($0 * $0) / 50) }, sum = taps.reduce(0, +)
    for i in errors.indices where isObject[i] {
      let (y, x) = i.quotientAndRemainder(dividingBy: width)
      var smooth = 0.0
      for dy in -3...3 where 0..<height ~= y + dy {
        for dx in -3...3 where 0..<width ~= x + dx {
          smooth += taps[dy + 3] * taps[dx + 3] / (sum * sum) * transferred[(y + dy) * width + x + dx]
        }
      }
      inside += min(smooth, errors[i])
    }
    let count = Double(object.count), hits = count - inside
    let recall = 1 - inside / count, precision = hits / (hits + outside + 2.220446049250313e-16)
    return 2 * recall * precision / (recall + precision + 2.220446049250313e-16)
  }
}
