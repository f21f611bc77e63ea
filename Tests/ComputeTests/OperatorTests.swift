import Compute
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct OperatorTests {
  static let sizes = [(1, 1), (1, 2), (2, 1), (3, 3), (4, 6), (7, 5), (10, 9)]

  @Test(arguments: sizes) func maxPoolRoundsUp(_ height: Int, _ width: Int) {
    var random = SeededGenerator(UInt64(height * 100 + width))
    let shape = MapShape(channels: 3, height: height, width: width)
    let x = random.floats(shape.count)
    let result = evaluate(x, shape, threads: 2) { $0.maxPool($1) }
    var expected: [Float] = []
    for c in 0..<3 {
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
    #expect(result == expected)
  }

  @Test func maxPoolKeepsNaN() {
    for position in 0..<4 {
      var x: [Float] = [1, 2, 3, 4]
      x[position] = .nan
      #expect(evaluate(x, MapShape(channels: 1, height: 2, width: 2)) { $0.maxPool($1) }[0].isNaN)
    }
  }

  @Test(arguments: sizes, [(1, 1), (2, 3), (8, 12), (13, 10)])
  func upsampleMatchesTheDefinition(_ from: (Int, Int), _ to: (Int, Int)) {
    var random = SeededGenerator(UInt64(from.0 * 10 + to.1))
    let shape = MapShape(channels: 2, height: from.0, width: from.1)
    let target = MapShape(channels: 1, height: to.0, width: to.1)
    let x = random.floats(shape.count)
    // The reference's values are not read, only its size; so it is an input that nobody needs to provide.
    let result = evaluate(x, shape) { $0.upsample($1, like: $0.input(target)) }

    func position(_ i: Int, _ input: Int, _ output: Int) -> (Int, Int, Double) {
      let p = max(0, (Double(i) + 0.5) * Double(input) / Double(output) - 0.5)
      let first = min(Int(p), input - 1)
      return (first, min(first + 1, input - 1), p - Double(first))
    }
    var expected: [Float] = []
    for c in 0..<2 {
      for y in 0..<to.0 {
        for column in 0..<to.1 {
          let (y0, y1, wy) = position(y, from.0, to.0), (x0, x1, wx) = position(column, from.1, to.1)
          func at(_ r: Int, _ k: Int) -> Double { Double(x[(c * from.0 + r) * from.1 + k]) }
          let top = at(y0, x0) * (1 - wx) + at(y0, x1) * wx, bottom = at(y1, x0) * (1 - wx) + at(y1, x1) * wx
          expected.append(Float(top * (1 - wy) + bottom * wy))
        }
      }
    }
    #expect(largestDifference(result, expected) < 1e-5, "\(from) → \(to)")
  }

  @Test func sigmoidSaturatesWithoutNaN() {
    let x: [Float] = [-200, -1, 0, 1, 200, .infinity, -.infinity]
    let y = evaluate(x, MapShape(channels: 1, height: 1, width: 7)) { $0.sigmoid($1) }
    #expect(y[0] == 0 && y[2] == 0.5 && y[4] == 1 && y[5] == 1 && y[6] == 0)
    #expect(abs(y[1] - 1 / (1 + expf(1))) < 1e-7 && abs(y[1] + y[3] - 1) < 1e-6)
  }

  @Test func additionOfPlainMaps() {
    let x: [Float] = [1, 2, 3, 4]
    let shape = MapShape(channels: 1, height: 2, width: 2)
    #expect(evaluate(x, shape) { $0.add($1, $1) } == [2, 4, 6, 8])
  }

  @Test func concatenationThatIsRead() {
    let x: [Float] = [1, -2]
    let shape = MapShape(channels: 1, height: 1, width: 2)
    #expect(evaluate(x, shape) { $0.concatenate([$1, $0.add($1, $1), $1]) } == [1, -2, 2, -4, 1, -2])
  }
}
