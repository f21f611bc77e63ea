import U2NetCompute
import U2NetPixels
import U2NetMachine
import U2NetMatting

/// Finds the object that a photo is about: one call from photo to mask.
///
///     let detector = SaliencyDetector()  // lite, weights built in
///     let photo = Image<UInt8>(width: 640, height: 480, channels: .rgb, samples: frame)
///     let mask = detector.detect(in: photo).mask()
///
/// A detector keeps its weights in a form of its own: what becomes of the file that they came from does not matter, and the
/// memory of a `TrainedNetwork` that nobody else holds is freed. It can be shared between threads. It serves as many calls at
/// the same time as its options say; others wait.
public final class SaliencyDetector: Sendable {
  /// What the network is shown, and what may work on it.
  public struct Options: Sendable {
    /// Side of the square that the network sees, in pixels, ≥ 32; nil: what its weights were trained for, 320 for U²-Net's.
    public var inputSize: Int?
    /// How a photo becomes that square, and a map the photo's size again.
    public var preprocessing = Preprocessing.rembg
    /// How probabilities become grey values.
    public var normalization = Normalization.minmax
    /// Threads that work on one photo.
    public var threads = ResourceLimits.current.cores
    /// Photos that may be looked at at the same time, by as many callers. Many photos are done soonest with one thread each
    /// and as many photos as there are cores; each beyond the first takes memory for its maps (some 60 MB at 320).
    public var photosAtOnce = 1
    /// Whether to compute the six side outputs beside the prediction.
    public var sideOutputs = false
    /// Of a network with several classes the numbers of those that are object, the background being 0; nil: all but that.
    public var classes: Set<Int>?
    /// Further looks at the photo.
    public var augmentation: TestTimeAugmentation = .none
    /// Whether one photo is all there is: then weights that a pass needs once are transformed in that pass, which saves
    /// memory and the time to prepare; otherwise all of them are transformed once, ahead of the first photo.
    public var isForOnePhoto = false

    /// rembg's processing at the size that the weights were trained for, on all cores that the process may use.
    public init() {}
  }

  /// As it was made; see `Options`.
  public let options: Options
  /// Side of the square that the network sees, in pixels.
  public let inputSize: Int
  private let input: NetworkInput
  /// How many the network tells apart.
  private let classes: Int
  private let predictors: PredictorPool

  /// Plans the network for `options` and takes the memory for it, which `memory(_:options:)` tells beforehand.
  /// - Precondition: `photosAtOnce` ≥ 1, `inputSize` ≥ 32.
  public init(_ network: TrainedNetwork = .lite, options: Options = Options()) {
    precondition(options.photosAtOnce > 0, "a detector for \(options.photosAtOnce) photos at once")
    self.options = options
    let size = options.inputSize ?? network.input.size
    (input, inputSize, classes) = (network.input, size, network.configuration.classes)
    let prepared = PreparedNetwork(network)
    predictors = PredictorPool(limit: options.photosAtOnce) {
      var inference = Inference.Options()
      inference.transformsWeightsAhead = !options.isForOnePhoto
      return Predictor(
        prepared, height: size, width: size, maps: options.sideOutputs ? .all : .prediction,
        threads: options.threads, options: inference)
    }
  }

  /// What stands out in `photo`.
  ///
  /// What is transparent is background: the network sees the photo over black or over white, whatever stands out more
  /// from what is visible, whichever colours the file has where nobody sees them.
  /// - Parameters:
  ///   - photo: any channels, alpha not premultiplied.
  ///   - width: of the masks that are made, in pixels, the photo's if nil: for a photo that was decoded at less than
  ///     its full size.
  ///   - height: likewise.
  public func detect(in photo: Image<UInt8>, width: Int? = nil, height: Int? = nil) -> Saliency {
    let seen = photo.overContrast(threads: options.threads)
    let maps = maps(width: photo.width, height: photo.height) { planes, part in
      let shown = part.map(seen.cropped) ?? seen
      options.preprocessing.fill(planes, from: shown, size: inputSize, for: input, threads: options.threads)
    }
    return saliency(maps, width: width ?? photo.width, height: height ?? photo.height)
  }

  /// What stands out in a photo that lies in memory, which is read there, unless it has alpha: equal to the bit to
  /// `detect(in:width:height:)` of an image with the same pixels.
  public func detect(in photo: PixelBuffer) -> Saliency {
    if photo.layout.channels.hasAlpha { return detect(in: Image(photo)) }
    let maps = maps(width: photo.width, height: photo.height) { planes, part in
      let shown = part.map(photo.cropped) ?? photo
      options.preprocessing.fill(planes, from: shown, size: inputSize, for: input, threads: options.threads)
    }
    return saliency(maps, width: photo.width, height: photo.height)
  }

  /// The least sides that a photo may be decoded with so that its mask stays what it is; nil: its full size.
  public var sufficientSides: Int? {
    options.augmentation.zoom ? nil : options.preprocessing.sufficientSides(inputSize: inputSize)
  }

  private typealias Maps = [Saliency.Map: Image<Float>]
  /// Writes the network's input, of a part of the photo or of all of it.
  private typealias Fill = (UnsafeMutableBufferPointer<Float>, PixelRect?) -> Void

  private func saliency(_ maps: Maps, width: Int, height: Int) -> Saliency {
    Saliency(
      maps: maps, width: width, height: height, normalization: options.normalization,
      filter: options.preprocessing.maskFilter)
  }

  /// The maps of a photo of `width` x `height` pixels.
  private func maps(width: Int, height: Int, _ fill: Fill) -> Maps {
    let first = look(at: nil, fill)
    guard options.augmentation.zoom,
      let zoom = Zoom(found: first[.fused]!, width: width, height: height)
    else { return first }
    let second = look(at: zoom.part, fill)
    return Maps(uniqueKeysWithValues: first.map { name, map in (name, zoom.blended(map, second[name]!)) })
  }

  /// The network's maps of a part of the photo, or of all of it; with the mirror's, if that is asked for.
  private func look(at part: PixelRect?, _ fill: Fill) -> Maps {
    let size = inputSize
    var planes = [Float](unsafeUninitializedCapacity: 3 * size * size) { planes, count in
      fill(planes, part)
      count = 3 * size * size
    }
    return predictors.lend { predictor in
      let maps = self.maps(of: planes, predictor)
      guard options.augmentation.flip else { return maps }
      planes.reverseRows(ofLength: size)
      let mirrored = self.maps(of: planes, predictor)
      return Maps(uniqueKeysWithValues: maps.map { name, map in (name, map.mean(withMirrored: mirrored[name]!)) })
    }
  }

  private func maps(of planes: [Float], _ predictor: Predictor) -> Maps {
    planes.withUnsafeBufferPointer(predictor.run)
    let names: [Saliency.Map] = [.fused] + (options.sideOutputs ? (1...6).map(Saliency.Map.side) : [])
    return Maps(
      uniqueKeysWithValues: names.enumerated().map { index, name in (name, image(of: predictor.map(index))) })
  }

  /// A map's values, or those of the classes that are asked for.
  private func image(of values: [Float]) -> Image<Float> {
    classes == 1
      ? Image(width: inputSize, height: inputSize, channels: .gray, samples: values)
      : Classes.mask(values, count: classes, size: inputSize, chosen: options.classes)
  }
}

extension [Float] {
  /// Turns rows of `length` round.
  fileprivate mutating func reverseRows(ofLength length: Int) {
    for row in stride(from: 0, to: count, by: length) { self[row..<row + length].reverse() }
  }
}

extension Image<Float> {
  /// The mean of this map and a mirrored one, turned back.
  fileprivate func mean(withMirrored other: Image) -> Image {
    var mirrored = other.samples
    mirrored.reverseRows(ofLength: width)
    return Image(
      width: width, height: height, channels: channels, samples: zip(samples, mirrored).map { ($0 + $1) / 2 })
  }
}
