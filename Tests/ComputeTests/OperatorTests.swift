import U2NetCompute
import ComputeTestSupport
import Foundation
import Testing
import U2NetPlatform

struct OperatorTests {
  static let sizes = [(1, 1), (1, 2), (2, 1), (3, 3), (4, 6), (7, 5), (10, 9)]

  /// The operators with each instruction set.
  static let kernels: [Inference.Options] = everyWay.filter { $0.tile == 2 }

  @Test(arguments: sizes, [1, 3, 20]) func maxPoolRoundsUp(_ size: (height: Int, width: Int), _ channels: Int) {
    let (height, width) = size
    var random = SeededGenerator(UInt64(height * 100 + width))
    let shape = MapShape(channels: channels, height: height, width: width)
    let x = random.floats(shape.count)
    var expected: [Float] = []
    for c in 0..<channels {
      for y in stride(from: 0, to: height, by: 2) {
        for x0 in stride(from: 0, to: width, by: 2) {
          var largest = -Float.infinity
          for row in y..<min(y + 2, height) {
            for column in x0..<min(x0 + 2, width) { largest = max(largest, x[(c * height + row) * width + column]) }
          }
          expected.append(largest)
        }
      }
    }
    for options in Self.kernels {
      let result = evaluate(x, shape, threads: 2, options: options) { $0.maxPool($1) }
      #expect(result == expected, "\(options.kernels.name), \(shape)")
    }
  }

  @Test func maxPoolKeepsNaN() {
    for options in Self.kernels {
      for channels in [1, 2] {
        for position in 0..<4 * channels {
          var x = (0..<4 * channels).map(Float.init)
          x[position] = .nan
          let shape = MapShape(channels: channels, height: 2, width: 2)
          let y = evaluate(x, shape, options: options) { $0.maxPool($1) }
          #expect(y[position / 4].isNaN, "\(options.kernels.name)")
        }
      }
    }
  }

  private struct AveragePool: Decodable {
    let height, width, cells: Int
    let values: [Float]
  }

  /// Against PyTorch (make_goldens.py), which has 2 channels: here they come once more with padding and once alone.
  @Test func averagePoolIsPyTorchs() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/golden_average_pool.json")
    for golden in try JSONDecoder().decode([AveragePool].self, from: Data(contentsOf: file)) {
      let shape = MapShape(channels: 2, height: golden.height, width: golden.width)
      let x = (0..<shape.count).map { Float($0 * 37 % 101) / 50 - 1 }
      for options in Self.kernels {
        let what = "\(options.kernels.name), \(shape) → \(golden.cells)"
        let y = evaluate(x, shape, threads: 2, options: options) { $0.averagePool($1, cells: golden.cells) }
        #expect(largestDifference(y, golden.values) < 1e-6, "\(what)")
        // As a list of maps.
        let list = evaluate(x, shape, options: options) {
          $0.averagePool($0.concatenate([$1, $0.add($1, $1)]), cells: golden.cells)
        }
        #expect(largestDifference(list, golden.values + golden.values.map { 2 * $0 }) < 2e-6, "\(what)")
        // Planar.
        let first = evaluate(Array(x[..<shape.pixels]), shape.with(channels: 1), options: options) {
          $0.averagePool($1, cells: golden.cells)
        }
        #expect(largestDifference(first, Array(golden.values.prefix(first.count))) < 1e-6, "\(what)")
      }
    }
  }

  @Test func averagePoolKeepsNaN() {
    for options in Self.kernels {
      let x: [Float] = [.nan, 1, 2, 3, 4, 5, 6, 7]
      let y = evaluate(x, MapShape(channels: 2, height: 2, width: 2), options: options) { $0.averagePool($1, cells: 1) }
      #expect(y[0].isNaN && y[1] == 5.5)
    }
  }

  @Test(arguments: sizes, [(1, 1), (2, 3), (8, 12), (13, 10)])
  func upsampleMatchesTheDefinition(_ from: (Int, Int), _ to: (Int, Int)) {
    var random = SeededGenerator(UInt64(from.0 * 10 + to.1))
    for channels in [1, 2, 19] { check(from, to, channels, &random) }
  }

  private func check(_ from: (Int, Int), _ to: (Int, Int), _ channels: Int, _ random: inout SplitMix64) {
    let shape = MapShape(channels: channels, height: from.0, width: from.1)
    let target = MapShape(channels: 1, height: to.0, width: to.1)
    let x = random.floats(shape.count)
    func position(_ i: Int, _ input: Int, _ output: Int) -> (Int, Int, Double) {
      let p = max(0, (Double(i) + 0.5) * Double(input) / Double(output) - 0.5)
      let first = min(Int(p), input - 1)
      return (first, min(first + 1, input - 1), p - Double(first))
    }
    var expected: [Float] = []
    for c in 0..<channels {
      for y in 0..<to.0 {
        for column in 0..<to.1 {
          let (y0, y1, wy) = position(y, from.0, to.0), (x0, x1, wx) = position(column, from.1, to.1)
          func at(_ r: Int, _ k: Int) -> Double { Double(x[(c * from.0 + r) * from.1 + k]) }
          let top = at(y0, x0) * (1 - wx) + at(y0, x1) * wx, bottom = at(y1, x0) * (1 - wx) + at(y1, x1) * wx
          expected.append(Float(top * (1 - wy) + bottom * wy))
        }
      }
    }
    for options in Self.kernels {
      // The reference's values are not read, only its size; so it is an input that nobody needs to provide.
      let result = evaluate(x, shape, options: options) { $0.upsample($1, like: $0.input(target)) }
      #expect(largestDifference(result, expected) < 1e-5, "\(options.kernels.name): \(shape) → \(to)")
    }
  }

  @Test func sigmoidSaturatesWithoutNaN() {
    let x: [Float] = [-200, -1, 0, 1, 200, .infinity, -.infinity]
    let y = evaluate(x, MapShape(channels: 1, height: 1, width: 7)) { $0.sigmoid($1) }
    #expect(y[0] == 0 && y[2] == 0.5 && y[4] == 1 && y[5] == 1 && y[6] == 0)
    #expect(abs(y[1] - 1 / (1 + expf(1))) < 1e-7 && abs(y[1] + y[3] - 1) < 1e-6)
  }

  @Test(arguments: [1, 3, 21]) func additionAndConcatenation(_ channels: Int) {
    let shape = MapShape(channels: channels, height: 3, width: 2)
    let x = (0..<shape.count).map { Float($0) - 4 }, twice = x.map { 2 * $0 }
    for options in Self.kernels {
      #expect(evaluate(x, shape, options: options) { $0.add($1, $1) } == twice)
      #expect(evaluate(x, shape, options: options) { $0.concatenate([$1, $0.add($1, $1), $1]) } == x + twice + x)
      // Lists are added and pooled, too.
      let sum = evaluate(x, shape, options: options) {
        let list = $0.concatenate([$1, $0.add($1, $1)])
        return $0.add(list, list)
      }
      #expect(sum == twice + twice.map { 2 * $0 }, "\(options.kernels.name)")
      let pooled = evaluate(x, shape, options: options) { $0.maxPool($0.concatenate([$1, $0.add($1, $1)])) }
      let alone = evaluate(x, shape, options: options) { $0.maxPool($1) }
      #expect(pooled == alone + alone.map { 2 * $0 }, "\(options.kernels.name)")
    }
  }
}
