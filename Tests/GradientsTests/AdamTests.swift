import U2NetCompute
import ComputeTestSupport
import U2NetGradients
import Testing
import U2NetPlatform

struct AdamTests {
  /// Against the algorithm as the paper writes it, in double precision.
  @Test(arguments: Kernels.names) func stepsAreThoseOfTheAlgorithm(_ isa: String) {
    let layer = Convolution(LayerName(stage: "a"), input: 3, output: 5, isNormalized: false, hasReLU: false)
    var generator = SplitMix64(seed: 3)
    let recorder = GraphRecorder()
    let shape = MapShape(channels: 3, height: 4, width: 5)
    let output = recorder.convolution(recorder.input(shape), layer)
    let parameters = TrainableParameters([layer], using: &generator)
    let pool = ThreadPool(threads: 1)
    let tape = Tape(recorder.graph, outputs: [output], images: 1, parameters: parameters, pool: pool)
    var options = Adam.Options()
    options.learningRate = 0.01
    let adam = Adam(parameters, options: options)
    let name = layer.name
    var value = parameters.networkParameters[name]!.weight.values.map(Double.init)
    var m = value.map { _ in 0.0 }, v = m
    for step in 1...10 {
      let x = (0..<shape.count).map { _ in Float(2 * generator.unit() - 1) }
      x.withUnsafeBufferPointer(tape.run)
      tape.setGradient(output: 0, (0..<shape.pixels * 5).map { _ in Float(generator.unit() - 0.5) })
      tape.pullBack()
      let gradient = parameters.networkGradients[name]!.weight.values.map(Double.init)
      adam.step(pool: pool, kernels: Kernels(named: isa)!)
      func power(_ x: Double) -> Double { (0..<step).reduce(1) { power, _ in power * x } }
      for i in value.indices {
        m[i] = 0.9 * m[i] + 0.1 * gradient[i]
        v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i]
        value[i] -= 0.01 * (m[i] / (1 - power(0.9))) / ((v[i] / (1 - power(0.999))).squareRoot() + 1e-8)
      }
      let difference = largestDifference(parameters.networkParameters[name]!.weight.values, value.map(Float.init))
      #expect(difference < 2e-6, "\(isa), step \(step): \(difference)")
    }
  }

  @Test func freshValuesAreUniformWithinTheFanIn() {
    let layers = [
      Convolution(LayerName(stage: "a"), input: 64, output: 64, isNormalized: true, hasReLU: true),
      Convolution(LayerName(stage: "b"), input: 6, output: 1, kernel: 1, isNormalized: false, hasReLU: false),
    ]
    var generator = SplitMix64(seed: 1)
    let values = TrainableParameters(layers, using: &generator).networkParameters
    for layer in layers {
      let bound = 1 / Float(layer.input * layer.kernel * layer.kernel).squareRoot()
      let (weight, bias) = (values[layer.name]!.weight.values, values[layer.name]!.bias.values)
      #expect((weight + bias).allSatisfy { abs($0) <= bound }, "\(layer.name)")
      #expect(Set(weight).count > weight.count / 2)
    }
    let wide = values[layers[0].name]!
    let variance = wide.weight.values.reduce(0) { $0 + $1 * $1 } / Float(wide.weight.count)
    #expect(abs(variance * 3 * 576 - 1) < 0.02, "uniform in ±b has variance b²/3")
    #expect(wide.normalization!.gamma.values.allSatisfy { $0 == 1 })
    #expect(wide.normalization!.beta.values.allSatisfy { $0 == 0 })
  }

  /// The loss and its gradient for logits of every size, NaN apart.
  @Test func crossEntropyNeverOverflows() {
    let layer = Convolution(
      LayerName(stage: "a"), input: 1, output: 1, kernel: 1, isNormalized: false, hasReLU: false)
    let recorder = GraphRecorder()
    let x: [Float] = [0, 1, -1, 200, -200, 1e30, -1e30, 0.5], t: [Float] = [0.5, 1, 0, 1, 0, 1, 0, 0.25]
    let output = recorder.convolution(recorder.input(MapShape(channels: 1, height: 2, width: 4)), layer)
    let parameters = TrainableParameters(
      [layer],
      [layer.name: ConvolutionParameters(weight: Tensor(shape: [1, 1, 1, 1], [1]), bias: Tensor(shape: [1], [0]))])
    let tape = Tape(
      recorder.graph, outputs: [output], images: 1, parameters: parameters, pool: ThreadPool(threads: 1), tile: 2,
      keepsInputGradient: true)
    var small = x
    small[5] = 3
    small[6] = -3
    small.withUnsafeBufferPointer(tape.run)
    let loss = t.withUnsafeBufferPointer { tape.binaryCrossEntropy(output: 0, target: $0) }
    // ln 2, twice ln(1 + 1/e), twice 0, twice ln(1 + e⁻³), and max(x, 0) − x·t + ln(1 + e⁻ˣ) at (0.5, 0.25).
    let expected = (0.693147 + 2 * 0.313262 + 2 * 0.0485874 + 0.5 - 0.125 + 0.474077) / 8
    #expect(abs(loss - expected) < 1e-5, "\(loss), not \(expected)")
    tape.pullBack()
    let gradient = tape.gradientOfInput!
    #expect(abs(gradient[0]) < 1e-7 && abs(gradient[1] + 0.268941 / 8) < 1e-5 && abs(gradient[3]) < 1e-7, "\(gradient)")
  }
}
