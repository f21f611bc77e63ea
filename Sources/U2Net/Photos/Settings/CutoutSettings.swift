/// What a cut-out looks like.
public struct CutoutSettings: Sendable {
  /// What is put behind an object.
  public enum Background: Sendable {
    /// In sRGB; photos with another profile get the colour that looks the same.
    case color(Color)
    /// Scaled so that it covers the result; read once, when a `PhotoProcessor` is made.
    case picture(PhotoSource)
    /// The photo itself, blurred by a Gaussian of this sigma in pixels: 0.1…1000.
    case blur(sigma: Double)
  }

  /// Whether soft edges keep the photo's colours, with what they have of the background. Otherwise the object's own colours
  /// are estimated.
  public var keepsColors = false
  /// What a composite is put on; cut-outs are on transparency.
  public var background: Background?
  /// How the result is framed; nil: as the photo is.
  public var layout: CutoutLayout?

  /// The object's own colours on transparency, in the photo's frame.
  public init() {}

  /// Checks every number.
  /// - Throws: `SettingsError` for a number out of its range, or a blurred background that is to be framed.
  public func validate(pixelLimit: Int = ImageFile.defaultPixelLimit) throws(SettingsError) {
    if case .blur(let sigma) = background {
      guard layout == nil else { throw .blurCannotBeFramed }
      try SettingsError.require(.blur, sigma, in: 0.1...1000)
    }
    guard let layout else { return }
    switch layout.margin {
    case .pixels(let count): try SettingsError.require(.margin, count, in: 0...65500)
    case .share(let share):
      guard 0..<0.5 ~= share else {
        throw .outOfRange(.margin, value: "\(share)", allowed: "0 or more and below 0.5")
      }
    }
    guard case .canvas(let width, let height) = layout.shape else { return }
    try SettingsError.require(.canvas, width, in: 1...65500)
    try SettingsError.require(.canvas, height, in: 1...65500)
    guard width.saturatingProduct(height) <= pixelLimit else {
      throw .canvasTooLarge(width: width, height: height, pixelLimit: pixelLimit)
    }
  }
}

extension Color {
  /// #ffffff, opaque.
  public static let white = Color(red: 255, green: 255, blue: 255)
  /// #000000, opaque.
  public static let black = Color(red: 0, green: 0, blue: 0)

  /// The numbers that this sRGB colour has in a picture with `metadata`.
  public func converted(to metadata: Metadata) -> Color {
    let pixel = Image<UInt8>(width: 1, height: 1, channels: .rgb, samples: [red, green, blue])
      .converted(from: Metadata(), to: metadata).samples
    return Color(red: pixel[0], green: pixel[1], blue: pixel[2], alpha: alpha)
  }
}
