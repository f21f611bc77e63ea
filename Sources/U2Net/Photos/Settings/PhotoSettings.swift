/// All that decides what is made of a photo. The defaults are rembg's: its resizing, the network's mask stretched to the full
/// range, nothing refined.
public struct PhotoSettings: Sendable {
  /// Side of the square that the network sees in pixels, 32…2048. nil: what the network was trained for.
  public var inputSize: Int?
  /// Of a network with several classes the numbers of those that are object; nil: all but the background, 0.
  public var classes: Set<Int>?
  /// Further looks at the photo.
  public var augmentation: TestTimeAugmentation = .none
  /// How a photo becomes that square: rembg's way or the paper's authors'.
  public var preprocessing = Preprocessing.rembg
  /// How probabilities become grey values.
  public var normalization = Normalization.minmax
  /// Whether the six side outputs are computed beside the fused map, for results of kind `map`.
  public var sideOutputs = false
  /// Photos and results with more pixels than this are refused: 1…10¹².
  public var pixelLimit = ImageFile.defaultPixelLimit
  /// From the network's mask to alpha.
  public var mask = MaskSettings()
  /// From alpha to a picture of the object.
  public var cutout = CutoutSettings()
  /// From pictures to files' bytes.
  public var encoding = EncodingSettings()

  /// rembg's.
  public init() {}

  /// Checks every number, and that `results` can be made so.
  /// - Throws: `SettingsError` for the first thing that is wrong.
  public func validate(for results: [PhotoResult.Request] = []) throws(SettingsError) {
    if let inputSize { try SettingsError.require(.inputSize, inputSize, in: 32...2048) }
    try SettingsError.require(.pixelLimit, pixelLimit, in: 1...1_000_000_000_000)
    try mask.validate()
    try cutout.validate(pixelLimit: pixelLimit)
    try encoding.validate()
    for result in results {
      switch result.kind {
      case .mask:
        if encoding.maskBits == 16, result.format != .png { throw .depthNeedsPNG(result.format) }
      case .cutout:
        if result.format == .jpeg { throw .cutoutNeedsTransparency(result.format) }
      case .composite:
        guard let background = cutout.background else { throw .backgroundMissing }
        if result.format == .jpeg, case .color(let color) = background, color.alpha < 255 {
          throw .backgroundIsTranslucent(result.format)
        }
      case .map(.fused): break
      case .map: if !sideOutputs { throw .sideOutputsMissing }
      }
    }
  }

  /// What the network is to do, but for how many photos and threads.
  public var detection: SaliencyDetector.Options {
    var detection = SaliencyDetector.Options()
    detection.inputSize = inputSize
    detection.classes = classes
    detection.augmentation = augmentation
    detection.preprocessing = preprocessing
    detection.normalization = normalization
    detection.sideOutputs = sideOutputs
    return detection
  }
}
