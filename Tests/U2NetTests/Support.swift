import U2NetCompute
import Foundation
import U2NetPixels
import Testing

import U2NetNetwork

/// The folder of golden files beside the tests.
let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

func golden<T: Decodable>(_ name: String, as type: T.Type = T.self) throws -> T {
  try JSONDecoder().decode(T.self, from: Data(contentsOf: fixtures.appending(path: name)))
}

/// Whether the full weights are on this machine; their tests are skipped where they are not.
let haveFull = FileManager.default.fileExists(
  atPath: "\(PretrainedWeights.defaultCache)/\(PretrainedWeights(.full).fileName)")
let needsFull: Comment = "the full weights are not here: run `u2net weights full` or `make weights`"

/// The formula-defined network inputs of make_goldens.py, 3×H×W.
func formulaInput(_ kind: String, height: Int, width: Int) -> [Float] {
  var values: [Float] = []
  for c in 0..<3 {
    for y in 0..<height {
      for x in 0..<width {
        let value: Int
        switch kind {
        case "zeros":
          values.append(0)
          continue
        case "pattern": value = (7 * x + 13 * y + 29 * c) % 256
        default:
          let dx = Double(x) - Double(width) / 2, dy = Double(y) - Double(height * 15) / 32
          let radius = Double(min(height, width)) / 4
          value =
            dx * dx + dy * dy <= radius * radius
            ? [220, 60, 40][c] : 64 + x * 320 / width / 4 + y * 320 / height / 4 + 16 * c
        }
        values.append(Float((Double(value) / 255 - NetworkInput.u2net.mean[c]) / NetworkInput.u2net.deviation[c]))
      }
    }
  }
  return values
}

/// Sixteen values spread evenly, the first and the last included (numpy's `linspace(0, n − 1, 16).astype(int)`).
func spread(_ values: UnsafeBufferPointer<Float>) -> [Float] {
  let step = Double(values.count - 1) / 15
  return (0..<16).map { values[$0 == 15 ? values.count - 1 : Int(Double($0) * step)] }
}

func summary(_ values: UnsafeBufferPointer<Float>) -> (mean: Double, std: Double, min: Float, max: Float) {
  var sum = 0.0, squares = 0.0, low = Float.infinity, high = -Float.infinity
  for value in values {
    sum += Double(value)
    squares += Double(value) * Double(value)
    low = min(low, value)
    high = max(high, value)
  }
  let mean = sum / Double(values.count)
  return (mean, max(0, squares / Double(values.count) - mean * mean).squareRoot(), low, high)
}
