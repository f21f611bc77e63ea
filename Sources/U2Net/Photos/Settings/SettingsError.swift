import U2NetPlatform

/// Why settings cannot be kept. `PhotoSettings.validate(for:)` finds all of them before any photo is opened.
public enum SettingsError: Error, Equatable, Sendable {
  /// Numbers that have a range.
  public enum Setting: String, Sendable {
    /// Those of the properties that are called so: `PhotoSettings`, `MaskSettings`, `CutoutSettings`, `EncodingSettings`.
    case inputSize, pixelLimit, erosion, minRegion, minHole, grow, threshold, feather, margin, canvas, blur, maskBits,
      compression, quality
  }

  /// A number that is not in its range, which `allowed` tells for people.
  case outOfRange(Setting, value: String, allowed: String)
  /// What is background for sure would be object for sure, too.
  case thresholdsCross(background: UInt8, foreground: UInt8)
  /// Only PNG holds masks of 16 bits.
  case depthNeedsPNG(ImageFormat)
  /// A canvas of `width` × `height` pixels has more of them than `pixelLimit`.
  case canvasTooLarge(width: Int, height: Int, pixelLimit: Int)
  /// A cut-out as JPEG, which has no transparency.
  case cutoutNeedsTransparency(ImageFormat)
  /// A background that one sees through, as JPEG.
  case backgroundIsTranslucent(ImageFormat)
  /// A blurred photo is as large as the photo: it cannot be framed.
  case blurCannotBeFramed
  /// A composite was asked for, and there is nothing to put the object on.
  case backgroundMissing
  /// A side output was asked for that the network is not to compute.
  case sideOutputsMissing
}

extension SettingsError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .outOfRange(let setting, let value, let allowed): "\(setting.rawValue) must be \(allowed), not \(value)"
    case .thresholdsCross(let background, let foreground):
      "the background threshold \(background) must not be above the foreground threshold \(foreground)"
    case .depthNeedsPNG(let format): "masks of 16 bits need PNG: \(format) has 8 bits per sample"
    case .canvasTooLarge(let width, let height, let limit):
      "a canvas of \(width) x \(height) has more pixels than the limit of \(limit) allows"
    case .cutoutNeedsTransparency(let format):
      "\(format) has no transparency: choose PNG or WebP, or make a composite"
    case .backgroundIsTranslucent(let format):
      "\(format) has no transparency, but the background has: choose PNG or WebP"
    case .blurCannotBeFramed: "a blurred background has the photo's frame: not with a layout"
    case .backgroundMissing: "a composite needs a background"
    case .sideOutputsMissing: "side outputs are computed only if the settings say so: sideOutputs"
    }
  }
}

extension SettingsError {
  static func require<Number: Comparable>(
    _ setting: Setting, _ value: Number, in range: ClosedRange<Number>
  ) throws(SettingsError) {
    guard !range.contains(value) else { return }
    throw .outOfRange(setting, value: "\(value)", allowed: spoken(range))
  }
}
