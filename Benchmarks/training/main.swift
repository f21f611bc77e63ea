import U2NetCompute
import U2NetGradients
import RSU
import U2NetPlatform
import U2NetTraining
import U2NetNetwork

// u2net-train-bench lite|full IMAGES SIZE THREADS STEPS [DATA]: prints the milliseconds of each step on a batch in memory.
// With a data set's folder steps in memory and steps on photos from there, read ahead, take turns: two numbers a line.

let arguments = CommandLine.arguments
guard (6...7).contains(arguments.count), let images = Int(arguments[2]), let size = Int(arguments[3]),
  let threads = Int(arguments[4]), let steps = Int(arguments[5])
else { fatalError("usage: u2net-train-bench lite|full IMAGES SIZE THREADS STEPS [DATA]") }
let configuration: Configuration = arguments[1] == "full" ? .full : .lite

func milliseconds(_ body: () throws -> Void) rethrows -> Double {
  try ContinuousClock().measure(body).inMilliseconds
}

var recipe = Recipe()
(recipe.batch, recipe.augmentation.side, recipe.augmentation.crop) = (images, size * 10 / 9, size)
let trainer = try arguments.dropFirst(6).first.map { folder in
  try Trainer(
    Dataset(folder: folder), from: Checkpoint(configuration, seed: 1), recipe: recipe, threads: threads)
}
var generator = SplitMix64(seed: 1)
let parameters = TrainableParameters(configuration, using: &generator)
let step = TrainingStep(
  configuration, parameters: parameters, optimizer: Adam(parameters), images: images, height: size, width: size,
  pool: .shared(threads: threads))
let batch = (0..<images * 3 * size * size).map { _ in Float(2 * generator.unit() - 1) }
let masks = (0..<images * size * size).map { _ in Float(generator.unit() < 0.5 ? 0 : 1) }
for _ in 0..<steps {
  let inMemory = milliseconds {
    batch.withUnsafeBufferPointer { batch in
      masks.withUnsafeBufferPointer { _ = step.run(images: batch, masks: $0) }
    }
  }
  let read = try trainer.map { trainer in try milliseconds { _ = try trainer.step() } }
  print(inMemory, read.map { "\($0)" } ?? "")
}
