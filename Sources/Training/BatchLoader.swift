import U2NetCompute
import Dispatch
import U2NetImageFiles
import Synchronization
import U2NetPlatform

/// Reads the batches of a training, each while the step before it runs.
///
/// Which examples a batch has and how they are cut is a function of the recipe's seed and of the batch's number alone. Every
/// epoch has an order of its own; a batch may begin in one and end in the next. Memory: two batches, and for each thread a
/// photo, its mask and three planes of the square.
final class BatchLoader {
  /// Images [N, 3, crop, crop] and masks [N, crop, crop], and what became of them.
  final class Batch: @unchecked Sendable {  // Whoever reads waits for `isDone` first.
    let images, masks: UnsafeMutableBufferPointer<Float>
    fileprivate let isDone = DispatchSemaphore(value: 0)
    fileprivate let failure = Mutex<TrainingError?>(nil)

    init(images: Int, pixels: Int) {
      self.images = .allocate(capacity: images * 3 * pixels)
      masks = .allocate(capacity: images * pixels)
    }

    deinit {
      images.deallocate()
      masks.deallocate()
    }
  }

  private let dataset: Dataset
  private let recipe: Recipe
  private let input: NetworkInput
  private let threads: Int
  private let queue = DispatchQueue(label: "batches")
  /// The batch that is being made, and the one that its taker has.
  private var loading: (number: Int, batch: Batch)?
  private var spare: Batch
  private var order: (epoch: Int, examples: [Int]) = (-1, [])

  /// - Parameters:
  ///   - input: what the network is shown.
  ///   - threads: that read and cut examples at the same time.
  init(_ dataset: Dataset, _ recipe: Recipe, for input: NetworkInput = .u2net, threads: Int) {
    self.dataset = dataset
    self.recipe = recipe
    self.input = input
    self.threads = threads
    spare = Self.batch(recipe)
  }

  private static func batch(_ recipe: Recipe) -> Batch {
    Batch(images: recipe.batch, pixels: recipe.augmentation.crop * recipe.augmentation.crop)
  }

  /// Batch `number`, from 0, which is the caller's until the next call; the one after it is begun.
  /// - Throws: `image` or `data` if a file cannot be read or used. The same batch can be asked for again.
  func take(_ number: Int) throws(TrainingError) -> Batch {
    if let wrong = loading, wrong.number != number {
      wrong.batch.isDone.wait()
      loading = nil
    }
    let batch = loading?.batch ?? begin(number, into: Self.batch(recipe))
    batch.isDone.wait()
    loading = nil
    if let failure = batch.failure.withLock({ $0 }) { throw failure }
    let next = spare
    spare = batch
    loading = (number + 1, begin(number + 1, into: next))
    return batch
  }

  private func begin(_ number: Int, into batch: Batch) -> Batch {
    let first = number * recipe.batch
    let examples = (first..<first + recipe.batch).map(example)
    batch.failure.withLock { $0 = nil }
    queue.async { [recipe, input, threads] in
      do throws(TrainingError) {
        try concurrently(examples.count, atMost: threads) { index throws(TrainingError) in
          try Self.read(examples[index], number: first + index, recipe, input, into: batch, at: index)
        }
      } catch {
        batch.failure.withLock { $0 = error }
      }
      batch.isDone.signal()
    }
    return batch
  }

  private static func read(
    _ example: Dataset.Example, number: Int, _ recipe: Recipe, _ input: NetworkInput, into batch: Batch, at index: Int
  ) throws(TrainingError) {
    let photo: Image<UInt8>, mask = try example.trueMask()
    do { photo = try Image<UInt8>(contentsOf: example.photoFile) } catch { throw .image(error) }
    let pixels = recipe.augmentation.crop * recipe.augmentation.crop
    var generator = generator(recipe.seed, 1, number)
    recipe.augmentation.sample(
      photo, mask, using: &generator, for: input,
      image: .init(rebasing: batch.images[index * 3 * pixels..<(index + 1) * 3 * pixels]),
      target: .init(rebasing: batch.masks[index * pixels..<(index + 1) * pixels]))
  }

  /// Example number `number` of the whole training.
  private func example(_ number: Int) -> Dataset.Example {
    let count = dataset.examples.count, epoch = number / count
    if order.epoch != epoch {
      var generator = Self.generator(recipe.seed, 0, epoch)
      order = (epoch, generator.permutation(of: count))
    }
    return dataset.examples[order.examples[number % count]]
  }

  /// A generator for one purpose: streams of different seeds, kinds and indices have nothing to do with each other.
  private static func generator(_ seed: UInt64, _ kind: UInt64, _ index: Int) -> SplitMix64 {
    var outer = SplitMix64(seed: seed &+ kind)
    var inner = SplitMix64(seed: outer.next() &+ UInt64(index))
    return SplitMix64(seed: inner.next())
  }
}
