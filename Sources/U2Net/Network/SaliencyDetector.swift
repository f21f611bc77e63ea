import U2NetCompute
import U2NetImages
import U2NetMachine
import U2NetMatting
import U2NetSafetensors

/// Finds the object that a photo is about: one call from photo to mask.
///
///     let detector = SaliencyDetector()                                    // lite, weights built in
///     let photo = try Image<UInt8>(contentsOf: "mug.jpg")
///     try detector.detect(in: photo).mask().writePNG(to: "mask.png")
///
/// A detector keeps its weights in a form of its own: what becomes of the file that they came from does not matter, and the
/// memory of a `TrainedNetwork` that nobody else holds is freed. It can be shared between threads. It serves as many calls at
/// the same time as its options say; others wait.
public final class SaliencyDetector: Sendable {
  public struct Options: Sendable {
    /// Side of the square that the network sees, in pixels, ≥ 32. The published weights were trained for 320.
    public var inputSize = 320
    public var preprocessing = Preprocessing.rembg
    public var normalization = Normalization.minmax
    /// Threads that work on one photo.
    public var threads = ResourceLimits.current.cores
    /// Photos that may be looked at at the same time, by as many callers. Many photos are done soonest with one thread each
    /// and as many photos as there are cores; each beyond the first takes memory for its maps (some 60 MB at 320).
    public var photosAtOnce = 1
    /// Whether to compute the six side outputs beside the fused map.
    public var sideOutputs = false
    /// Whether one photo is all there is: then weights that a pass needs once are transformed in that pass, which saves
    /// memory and the time to prepare; otherwise all of them are transformed once, ahead of the first photo.
    public var isForOnePhoto = false

    public init() {}
  }

  public let options: Options
  private let predictors: PredictorPool

  public init(_ network: TrainedNetwork = .lite, options: Options = Options()) {
    precondition(options.photosAtOnce > 0, "a detector for \(options.photosAtOnce) photos at once")
    self.options = options
    let prepared = PreparedNetwork(network)
    predictors = PredictorPool(limit: options.photosAtOnce) {
      var inference = Inference.Options()
      inference.transformsWeightsAhead = !options.isForOnePhoto
      return Predictor(
        prepared, height: options.inputSize, width: options.inputSize, maps: options.sideOutputs ? .all : .fused,
        threads: options.threads, options: inference)
    }
  }

  /// A detector with the weights of a `.safetensors` file.
  /// - Throws: `WeightFileError` if the file cannot be read or does not hold a U²-Net.
  public convenience init(weights path: String, options: Options = Options()) throws(WeightFileError) {
    self.init(try TrainedNetwork(Safetensors.read(path: path)), options: options)
  }

  /// What stands out in `photo`.
  ///
  /// What is transparent is background: the network sees the photo over black or over white, whatever stands out more
  /// from what is visible, whichever colours the file has where nobody sees them.
  /// - Parameters:
  ///   - width, height: the size that masks are made at, the photo's if nil: for a photo that was decoded at less than its
  ///     full size.
  public func detect(in photo: Image<UInt8>, width: Int? = nil, height: Int? = nil) -> Saliency {
    let size = options.inputSize, photo = photo.overContrast(threads: options.threads)
    let planes = [Float](unsafeUninitializedCapacity: 3 * size * size) { planes, count in
      options.preprocessing.fill(planes, from: photo, size: size, threads: options.threads)
      count = 3 * size * size
    }
    let maps = predictors.lend { predictor in
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
