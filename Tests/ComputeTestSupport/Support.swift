import U2NetCompute
import U2NetPlatform

/// A small repeatable generator, so that a failure can be run again.
package typealias SeededGenerator = SplitMix64

extension SplitMix64 {
  package init(_ seed: UInt64) { self.init(seed: seed) }

  /// In −1 … 1.
  package mutating func floats(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float.random(in: -1...1, using: &self) }
  }
}

/// Records `build` on one input, runs it and returns the result.
package func evaluate(
  _ input: [Float], _ shape: MapShape, parameters: NetworkParameters = [:], threads: Int = 1,
  options: Inference.Options = Inference.Options(), _ build: (GraphRecorder, Graph.ID) -> Graph.ID
) -> [Float] {
  let recorder = GraphRecorder()
  let output = build(recorder, recorder.input(shape))
  let inference = Inference(
    recorder.graph, outputs: [output], parameters: parameters, pool: ThreadPool(threads: threads), options: options)
  input.withUnsafeBufferPointer(inference.run)
  return inference.output(0)
}

/// The ways to compute a convolution that this processor has: every instruction set with every tile size.
package let everyWay: [Inference.Options] = Kernels.names.flatMap { name in
  (2...6).map { tile in
    var options = Inference.Options()
    options.kernels = Kernels(named: name)!
    options.tile = tile
    options.transformsWeightsAhead = tile % 2 == 0
    return options
  }
}

package func describe(_ options: Inference.Options) -> String { "\(options.kernels.name) F(\(options.tile ?? 0))" }

/// What a convolution layer is, tap by tap in double precision: bias, zero padding, optional ReLU.
package func plainConvolution(_ x: [Float], _ shape: MapShape, _ layer: Convolution, weight: [Float], bias: [Float])
  -> [Float]
{
  let (H, W, k) = (shape.height, shape.width, layer.kernel)
  var out: [Float] = []
  for o in 0..<layer.output {
    for y in stride(from: 0, to: H, by: layer.stride) {
      for x0 in stride(from: 0, to: W, by: layer.stride) {
        var sum = Double(bias[o])
        for i in 0..<layer.input {
          for ky in 0..<k {
            for kx in 0..<k {
              let row = y + (ky - k / 2) * layer.dilation, column = x0 + (kx - k / 2) * layer.dilation
              guard row >= 0, row < H, column >= 0, column < W else { continue }
              sum += Double(weight[((o * layer.input + i) * k + ky) * k + kx]) * Double(x[(i * H + row) * W + column])
            }
          }
        }
        out.append(Float(layer.hasReLU ? max(0, sum) : sum))
      }
    }
  }
  return out
}

/// The largest difference between two lists of equal length.
package func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  precondition(a.count == b.count, "\(a.count) values against \(b.count)")
  return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
