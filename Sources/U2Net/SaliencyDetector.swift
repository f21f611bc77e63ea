import Compute
import Images
import Safetensors
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Finds the object that a photo is about: one call from photo to mask.
///
///     let detector = SaliencyDetector()                                    // lite, weights built in
///     let photo = try Image<UInt8>(contentsOf: "mug.jpg")
///     try detector.detect(in: photo).mask().writePNG(to: "mask.png")
///
/// A detector can be shared between threads; calls are served one after another, each using all of its threads.
public final class SaliencyDetector: Sendable {
  public struct Options: Sendable {
    /// Side of the square that the network sees, in pixels, ≥ 32. The published weights were trained for 320.
    public var inputSize = 320
    public var preprocessing = Preprocessing.rembg
    public var normalization = Normalization.minmax
    /// Threads that work on one photo.
    public var threads = ProcessInfo.processInfo.activeProcessorCount
    /// Whether to compute the six side outputs beside the fused map.
    public var sideOutputs = false
    /// Whether one photo is all there is: then weights that a pass needs once are transformed in that pass, which saves
    /// memory and the time to prepare; otherwise all of them are transformed once, ahead of the first photo.
    public var isForOnePhoto = false

    public init() {}
  }

  public let options: Options
  private let network: PreparedNetwork
  /// Made at the first photo: a detector that is never used takes no memory.
  private let predictor = Mutex<Predictor?>(nil)

  public init(_ network: TrainedNetwork = .lite, options: Options = Options()) {
    self.network = PreparedNetwork(network)
    self.options = options
  }

  /// A detector with the weights of a `.safetensors` file.
  /// - Throws: `WeightFileError` if the file cannot be read or does not hold a U²-Net.
  public convenience init(weights path: String, options: Options = Options()) throws(WeightFileError) {
    self.init(try TrainedNetwork(Safetensors.read(path: path)), options: options)
  }

  private func makePredictor() -> Predictor {
    var inference = Inference.Options()
    inference.transformsWeightsAhead = !options.isForOnePhoto
    return Predictor(
      network, height: options.inputSize, width: options.inputSize, maps: options.sideOutputs ? .all : .fused,
      threads: options.threads, options: inference)
  }

  /// What stands out in `photo`.
  /// - Parameters:
  ///   - width, height: the size that masks are made at, the photo's if nil: for a photo that was decoded at less than its
  ///     full size.
  public func detect(in photo: Image<UInt8>, width: Int? = nil, height: Int? = nil) -> Saliency {
    let size = options.inputSize
    let maps = predictor.withLock { slot -> [Saliency.Map: Image<Float>] in
      let predictor = slot ?? makePredictor()
      slot = predictor
      let planes = [Float](unsafeUninitializedCapacity: 3 * size * size) { planes, count in
        options.preprocessing.fill(planes, from: photo, size: size, threads: options.threads)
        count = 3 * size * size
      }
      planes.withUnsafeBufferPointer(predictor.run)
      let names: [Saliency.Map] = [.fused] + (options.sideOutputs ? (1...6).map(Saliency.Map.side) : [])
      return Dictionary(
        uniqueKeysWithValues: names.enumerated().map { index, name in
          (name, Image(width: size, height: size, channels: .gray, samples: predictor.map(index)))
        })
    }
    return Saliency(
      maps: maps, width: width ?? photo.width, height: height ?? photo.height, normalization: options.normalization,
      filter: options.preprocessing.maskFilter)
  }
}
