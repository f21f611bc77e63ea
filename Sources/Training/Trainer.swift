import Compute
import Images
import Synchronization
import U2Net

/// Trains a network on photos and masks in files, batch by batch.
///
/// Which examples a step sees and how they are cut is a function of the seed and of the number of steps made before, so a
/// training that goes on from a checkpoint is the one that was never interrupted, bit for bit. Every epoch has an order of
/// its own; a batch may begin in one and end in the next.
public final class Trainer {
  /// A photo and its mask, as paths.
  public struct Example: Equatable, Sendable {
    public let photo, mask: String

    public init(photo: String, mask: String) {
      self.photo = photo
      self.mask = mask
    }
  }

  public struct Options: Sendable {
    /// Examples in a batch; the authors used 12.
    public var batch = 12
    public var augmentation = Augmentation()
    public var seed: UInt64 = 0
    public var threads = 1

    public init() {}
  }

  public let checkpoint: Checkpoint
  private let examples: [Example]
  private let options: Options
  private let pool: ThreadPool
  private let step: TrainingStep
  private var images, masks: [Float]
  private var order: (epoch: Int, examples: [Int]) = (-1, [])

  /// - Parameters:
  ///   - examples: at least one.
  ///   - checkpoint: where to go on; it is trained in place.
  public init(_ examples: [Example], from checkpoint: Checkpoint, options: Options) {
    precondition(!examples.isEmpty && options.batch > 0, "\(examples.count) examples in batches of \(options.batch)")
    self.examples = examples
    self.checkpoint = checkpoint
    self.options = options
    let side = options.augmentation.crop
    pool = .shared(threads: options.threads)
    step = TrainingStep(
      checkpoint.configuration, parameters: checkpoint.parameters, optimizer: checkpoint.optimizer,
      images: options.batch, height: side, width: side, pool: pool)
    images = [Float](repeating: 0, count: options.batch * 3 * side * side)
    masks = [Float](repeating: 0, count: options.batch * side * side)
  }

  /// What is wrong with the files, one line for each that cannot be read or whose mask has another size; as far as their
  /// headers tell.
  public static func problems(of examples: [Example]) -> [String] {
    func header(_ path: String, _ problems: inout [String]) -> ImageHeader? {
      do throws(ImageError) { return try ImageFile.header(of: ImageFile.read(path), source: path) } catch {
        problems.append("\(error)")
        return nil
      }
    }
    var problems: [String] = []
    for example in examples {
      let photo = header(example.photo, &problems), mask = header(example.mask, &problems)
      guard let photo, let mask else { continue }
      if photo.width != mask.width || photo.height != mask.height {
        problems.append(
          "\(example.mask): \(mask.width) x \(mask.height) pixels, but its photo has \(photo.width) x \(photo.height)")
      }
    }
    return problems
  }

  /// Reads the next batch, and makes one step of training.
  /// - Throws: if a file cannot be read; then nothing is changed.
  public func run() throws(ImageError) -> TrainingStep.Loss {
    let first = checkpoint.optimizer.steps * options.batch
    let chosen = (first..<first + options.batch).map(example)
    let pixels = options.augmentation.crop * options.augmentation.crop
    let failure = Mutex<ImageError?>(nil)
    images.withUnsafeMutableBufferPointer { images in
      masks.withUnsafeMutableBufferPointer { masks in
        pool.run(options.batch) { index, _ in
          var generator = Self.generator(options.seed, 1, first + index)
          do throws(ImageError) {
            let photo = try Image<UInt8>(contentsOf: chosen[index].photo)
            let mask = try Image<UInt8>(contentsOf: chosen[index].mask)
            options.augmentation.sample(
              photo, mask, using: &generator,
              image: .init(rebasing: images[index * 3 * pixels..<(index + 1) * 3 * pixels]),
              target: .init(rebasing: masks[index * pixels..<(index + 1) * pixels]))
          } catch {
            failure.withLock { $0 = error }
          }
        }
      }
    }
    if let failure = failure.withLock({ $0 }) { throw failure }
    return images.withUnsafeBufferPointer { images in
      masks.withUnsafeBufferPointer { step.run(images: images, masks: $0) }
    }
  }

  /// Example number `index` of the whole training.
  private func example(_ index: Int) -> Example {
    let epoch = index / examples.count
    if order.epoch != epoch {
      var generator = Self.generator(options.seed, 0, epoch)
      order = (epoch, examples.indices.shuffled(using: &generator))
    }
    return examples[order.examples[index % examples.count]]
  }

  /// A generator for one purpose: streams of different seeds, kinds and indices have nothing to do with each other.
  private static func generator(_ seed: UInt64, _ kind: UInt64, _ index: Int) -> SplitMix64 {
    var outer = SplitMix64(seed: seed &+ kind)
    var inner = SplitMix64(seed: outer.next() &+ UInt64(index))
    return SplitMix64(seed: inner.next())
  }
}
