import Compute
import RSU
import Training
import U2Net

// u2net-train-bench lite|full IMAGES SIZE THREADS STEPS: prints the milliseconds of each step.

let arguments = CommandLine.arguments
guard arguments.count == 6, let images = Int(arguments[2]), let size = Int(arguments[3]),
  let threads = Int(arguments[4]), let steps = Int(arguments[5])
else { fatalError("usage: u2net-train-bench lite|full IMAGES SIZE THREADS STEPS") }
let configuration: Configuration = arguments[1] == "full" ? .full : .lite

var generator = SplitMix64(seed: 1)
let parameters = TrainableParameters(configuration, using: &generator)
let step = TrainingStep(
  configuration, parameters: parameters, optimizer: Adam(parameters), images: images, height: size, width: size,
  pool: ThreadPool(threads: threads))
let batch = (0..<images * 3 * size * size).map { _ in Float(2 * generator.unit() - 1) }
let masks = (0..<images * size * size).map { _ in Float(generator.unit() < 0.5 ? 0 : 1) }
for _ in 0..<steps {
  let time = ContinuousClock().measure {
    batch.withUnsafeBufferPointer { batch in
      masks.withUnsafeBufferPointer { _ = step.run(images: batch, masks: $0) }
    }
  }
  print(Double(time.components.seconds) * 1e3 + Double(time.components.attoseconds) / 1e15)
}
