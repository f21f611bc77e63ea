import Compute
import Testing

struct ConvolutionTests {
  struct Case: CustomStringConvertible {
    let input, output, kernel, dilation, height, width: Int
    let relu: Bool
    var description: String { "\(input)→\(output) k\(kernel) d\(dilation) \(height)×\(width) relu \(relu)" }
  }

  static let cases: [Case] = {
    var cases: [Case] = []
    for (height, width) in [(1, 1), (1, 7), (5, 1), (2, 3), (9, 8), (13, 31)] {
      for (input, output) in [(1, 1), (3, 2), (5, 17), (16, 33)] {
        for dilation in [1, 2, 4, 8] {
          cases.append(
            Case(
              input: input, output: output, kernel: 3, dilation: dilation, height: height, width: width,
              relu: dilation % 3 != 0))
        }
        cases.append(
          Case(input: input, output: output, kernel: 1, dilation: 1, height: height, width: width, relu: false))
      }
    }
    // Large enough to be cut into many tiles, with a last one that is shorter.
    cases.append(Case(input: 7, output: 5, kernel: 3, dilation: 1, height: 91, width: 103, relu: true))
    cases.append(Case(input: 130, output: 9, kernel: 3, dilation: 2, height: 57, width: 43, relu: false))
    return cases
  }()

  @Test(arguments: cases) func matchesThePlainDefinition(_ c: Case) {
    var random = SeededGenerator(UInt64(c.input * 1000 + c.height))
    let shape = MapShape(channels: c.input, height: c.height, width: c.width)
    let layer = Convolution(
      LayerName(stage: "test"), input: c.input, output: c.output, kernel: c.kernel, dilation: c.dilation,
      isNormalized: false, hasReLU: c.relu)
    let x = random.floats(shape.count), weight = random.floats(layer.weightShape.reduce(1, *))
    let bias = random.floats(c.output)
    let parameters = [
      layer.name: ConvolutionParameters(
        weight: Tensor(shape: layer.weightShape, weight), bias: Tensor(shape: [c.output], bias))
    ]
    let expected = plainConvolution(x, shape, layer, weight: weight, bias: bias)
    let one = evaluate(x, shape, parameters: parameters) { $0.convolution($1, layer) }
    #expect(largestDifference(one, expected) < 1e-4, "\(c)")
    let three = evaluate(x, shape, parameters: parameters, threads: 3) { $0.convolution($1, layer) }
    #expect(one == three, "the result depends on the number of threads: \(c)")
  }

  @Test func residualIsAddedAfterTheReLU() {
    var random = SeededGenerator(7)
    let shape = MapShape(channels: 4, height: 6, width: 5)
    let layer = Convolution(
      LayerName(stage: "test"), input: 4, output: 4, isNormalized: false, hasReLU: true)
    let x = random.floats(shape.count).map { $0 - 0.5 }, weight = random.floats(4 * 4 * 9), bias = random.floats(4)
    let parameters = [
      layer.name: ConvolutionParameters(
        weight: Tensor(shape: layer.weightShape, weight), bias: Tensor(shape: [4], bias))
    ]
    let convolved = plainConvolution(x, shape, layer, weight: weight, bias: bias)
    let result = evaluate(x, shape, parameters: parameters) { $0.add($0.convolution($1, layer), $1) }
    #expect(largestDifference(result, zip(convolved, x).map { $0 + $1 }) < 1e-5)
    #expect(result.contains { $0 < 0 })
  }

  @Test func readsAConcatenationInOrder() {
    var random = SeededGenerator(8)
    let shape = MapShape(channels: 2, height: 5, width: 7)
    let layer = Convolution(LayerName(stage: "test"), input: 4, output: 3, isNormalized: false, hasReLU: false)
    let x = random.floats(shape.count), weight = random.floats(3 * 4 * 9), bias = random.floats(3)
    let parameters = [
      layer.name: ConvolutionParameters(
        weight: Tensor(shape: layer.weightShape, weight), bias: Tensor(shape: [3], bias))
    ]
    // The second half is the first one's sigmoid, so the order matters.
    let result = evaluate(x, shape, parameters: parameters) {
      $0.convolution($0.concatenate([$0.sigmoid($1), $1]), layer)
    }
    let joined = evaluate(x, shape) { $0.sigmoid($1) } + x
    let expected = plainConvolution(
      joined, shape.with(channels: 4), layer, weight: weight, bias: bias)
    #expect(largestDifference(result, expected) < 1e-5)
  }

  @Test func nanAndInfinityGoWherePlainArithmeticSendsThem() {
    let shape = MapShape(channels: 1, height: 4, width: 4)
    let layer = Convolution(LayerName(stage: "test"), input: 1, output: 1, isNormalized: false, hasReLU: true)
    let parameters = [
      layer.name: ConvolutionParameters(
        weight: Tensor(shape: layer.weightShape, [Float](repeating: 1, count: 9)), bias: Tensor(shape: [1], [0]))
    ]
    var x = [Float](repeating: 1, count: 16)
    x[0] = .nan
    x[15] = .infinity
    let y = evaluate(x, shape, parameters: parameters) { $0.convolution($1, layer) }
    #expect(y[0].isNaN && y[5].isNaN && y[15] == .infinity && y[3] == 4)
  }

  @Test func foldingKeepsTheFunction() {
    var random = SeededGenerator(9)
    let weight = random.floats(2 * 3 * 9), bias = random.floats(2)
    let gamma: [Float] = [0.5, -1.5], beta: [Float] = [0.1, 0.2], mean: [Float] = [0.3, -0.4]
    let variance: [Float] = [0.25, 4]
    let layer = Convolution(LayerName(stage: "test"), input: 3, output: 2, isNormalized: true, hasReLU: false)
    let folded = ConvolutionParameters(
      weight: Tensor(shape: layer.weightShape, weight), bias: Tensor(shape: [2], bias),
      normalization: .init(
        gamma: Tensor(shape: [2], gamma), beta: Tensor(shape: [2], beta), mean: Tensor(shape: [2], mean),
        variance: Tensor(shape: [2], variance))
    ).folded
    let shape = MapShape(channels: 3, height: 4, width: 5)
    let x = random.floats(shape.count)
    let expected = plainConvolution(x, shape, layer, weight: weight, bias: bias).enumerated().map { index, value in
      let o = index / shape.pixels
      return (value - mean[o]) / (variance[o] + 1e-5).squareRoot() * gamma[o] + beta[o]
    }
    let result = evaluate(x, shape, parameters: [layer.name: folded]) { $0.convolution($1, layer) }
    #expect(folded.normalization == nil)
    #expect(largestDifference(result, expected) < 1e-5)
  }
}
