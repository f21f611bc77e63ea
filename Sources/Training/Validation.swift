import U2NetEvaluation
import U2NetImageFiles
import U2NetMachine
import U2NetNetwork
import U2NetPlatform

/// Scores a network, while it is trained, on photos that it is not trained on: masks are made as `u2net mask` makes them, with
/// running statistics, and scored as `u2net evaluate` scores them.
public struct Validation: Sendable {
  /// What a network came to on a data set.
  public struct Result: Sendable {
    /// Means over the data set.
    public let scores: [Measure: Double]
    /// All maps' binary cross-entropies, without chance in the data; the sum's mean over the data set.
    public let loss: Double
  }

  private let dataset: Dataset
  private let augmentation: Augmentation
  private let threads: Int
  /// The data set's.
  let fingerprint: String

  /// A validation by `dataset`.
  /// - Parameters:
  ///   - dataset: photos and masks that no training sees.
  ///   - augmentation: photos are squashed to its side, masks for the loss are as soft as it says; nothing is by
  ///     chance.
  ///   - threads: photos at the same time.
  public init(_ dataset: Dataset, as augmentation: Augmentation, threads: Int = 1) {
    self.dataset = dataset
    self.augmentation = augmentation
    self.threads = threads
    fingerprint = dataset.fingerprint
  }

  /// Scores `network`; the result is the same for any number of threads.
  /// - Parameters:
  ///   - network: what is scored.
  ///   - shouldStop: asked before every photo, on any thread.
  /// - Returns: nil if it was to stop.
  /// - Throws: `image` if a file cannot be read, `memory` if there is none for a pass of the network, `data` if what is in it cannot be scored or no mask has an object.
  public func run(
    _ network: TrainedNetwork, shouldStop: @Sendable () -> Bool = { false }
  ) throws(TrainingError) -> Result? {
    var options = self.options
    do { options.photosAtOnce = try photosAtOnce(network) } catch { throw .memory(error) }
    let detector = SaliencyDetector(network, options: options), threads = options.photosAtOnce
    typealias Pair = Swift.Result<(scores: Scores, loss: Double, hasObject: Bool)?, TrainingError>
    var hasObject = false
    var sum = DatasetScores(), losses = 0.0, failure: TrainingError?, isWhole = true
    inOrder(count: dataset.examples.count, threads: threads) { index -> Pair in
      Pair { () throws(TrainingError) in
        shouldStop() ? nil : try score(dataset.examples[index], detector, isFused: network.configuration.isFused)
      }
    } receive: { _, result in
      switch result {
      case .success(let pair?):
        sum.add(pair.scores)
        losses += pair.loss
        hasObject = hasObject || pair.hasObject
      case .success(nil): isWhole = false
      case .failure(let error): failure = failure ?? error
      }
    }
    if let failure { throw failure }
    guard isWhole, let mean = sum.mean else { return nil }
    guard hasObject else {
      throw .data(["\(EvaluationError.noObject(first: dataset.examples[0].mask, count: dataset.examples.count))"])
    }
    return Result(
      scores: Dictionary(uniqueKeysWithValues: Measure.allCases.map { ($0, $0.value(of: mean)) }),
      loss: losses / Double(dataset.examples.count))
  }

  private var options: SaliencyDetector.Options {
    var options = SaliencyDetector.Options()
    (options.inputSize, options.threads, options.sideOutputs) = (augmentation.side, 1, true)
    return options
  }

  private func photosAtOnce(_ network: TrainedNetwork) throws(MemoryShortage) -> Int {
    try SaliencyDetector.photosAtOnce(network, options: options, atMost: threads, photo: dataset.bytesToRead)
  }

  /// Bytes that it takes beside the network's values, with one photo at a time.
  func memory(for configuration: Configuration) -> Int {
    let its = SaliencyDetector.memory(of: configuration, options: options)
    return its.shared + its.each + dataset.bytesToRead
  }

  func checkMemory(for configuration: Configuration, values: Int) throws(MemoryShortage) {
    let needed = values + memory(for: configuration)
    guard needed > ResourceLimits.availableMemory else { return }
    throw MemoryShortage(
      "a validation of the \(configuration.name) network at \(augmentation.side)×\(augmentation.side) pixels",
      needed: needed,
      advice: "choose a smaller --size, or smaller photos")
  }

  private func score(
    _ example: Dataset.Example, _ detector: SaliencyDetector, isFused: Bool
  ) throws(TrainingError) -> (scores: Scores, loss: Double, hasObject: Bool) {
    let saliency: Saliency, truth = try example.trueMask()
    do {
      let bytes = try ImageFile.read(example.photoFile), header = try ImageFile.header(of: bytes, source: example.photo)
      let photo = try Image<UInt8>(
        decoding: bytes, source: example.photo, sidesAtLeast: detector.sufficientSides)
      saliency = detector.detect(in: photo, width: header.width, height: header.height)
    } catch { throw .image(error) }
    do {
      let scores = try Scores(prediction: saliency.mask(), truth: truth, name: example.name)
      return (scores, Self.loss(saliency, isFused: isFused, augmentation.target(truth)), truth.hasObject)
    } catch { throw .data(["\(error)"]) }
  }

  /// −t·ln p − (1 − t)·ln(1 − p), logarithms cut at −100 as PyTorch's BCELoss does; mean over pixels, sum over maps.
  private static func loss(_ saliency: Saliency, isFused: Bool, _ target: [Float]) -> Double {
    // Without a fusion the prediction is side1 once more.
    let maps = saliency.maps.filter { isFused || $0.key != .fused }
    return maps.sorted { "\($0.key)" < "\($1.key)" }.reduce(0) { total, map in
      var sum = 0.0
      for (p, t) in zip(map.value.samples, target) {
        sum -= Double(t * max(-100, logf(p)) + (1 - t) * max(-100, log1pf(-p)))
      }
      return total + sum / Double(target.count)
    }
  }
}

extension Validation.Result: CustomStringConvertible {
  /// "validation loss 1.2345  mae 0.1234  max_f 0.9123  s_measure 0.8912"
  public var description: String {
    let scores = [Measure.mae, .maxF, .structure].map { "\($0.rawValue) \(fixed(self.scores[$0]!, places: 4))" }
    return "validation loss \(fixed(loss, places: 4))  \(scores.joined(separator: "  "))"
  }
}
