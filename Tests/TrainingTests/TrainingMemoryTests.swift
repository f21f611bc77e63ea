import U2NetCompute
import U2NetGradients
import U2NetNetwork
import U2NetPlatform
import Testing

@testable import U2NetTraining

struct TrainingMemoryTests {
  @Test func stepsTakeWhatWasTold() {
    let configuration = Configuration.custom(
      blocks: .rsu, channels: Configuration.lite.channels.map { (middle: $0.middle / 4, output: $0.output / 4) })
    for (images, height, width, threads) in [(1, 64, 64, 1), (3, 48, 80, 2), (2, 96, 96, 1)] {
      var generator = SplitMix64(seed: 1)
      let parameters = TrainableParameters(configuration, using: &generator)
      let step = TrainingStep(
        configuration, parameters: parameters, optimizer: Adam(parameters), images: images, height: height,
        width: width, pool: .shared(threads: threads))
      #expect(
        TrainingStep.memory(configuration, images: images, height: height, width: width, threads: threads)
          == step.memory)
      #expect(TrainableParameters.memory(configuration.outline().map(\.layer)) == parameters.memory)
    }
  }

  /// Nothing of it is allocated to be known: a batch that no machine has memory for is told of, too.
  @Test func memoryGrowsWithTheBatch() {
    func memory(_ batch: Int, _ crop: Int) -> Trainer.Memory {
      var recipe = Recipe()
      recipe.batch = batch
      (recipe.augmentation.side, recipe.augmentation.crop) = (crop, crop)
      return Trainer.memory(.lite, recipe, threads: 2)
    }
    let small = memory(2, 96), large = memory(4, 96), huge = memory(1 << 16, 288)
    #expect(large.values == small.values && large.batches == 2 * small.batches)
    #expect((1.8...2.1).contains(Double(large.step) / Double(small.step)))
    #expect(huge.step > 1 << 43 && huge.total > huge.step)
  }
}
