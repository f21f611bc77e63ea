extension EncodingSettings {
  /// A setting that makes a difference to some results only.
  public enum Choice: Sendable, CaseIterable {
    /// The properties that are called so.
    case maskBits, compression, quality, isLossless

    /// Whether it makes a difference to a result.
    public func matters(to result: PhotoResult.Request) -> Bool {
      switch self {
      case .maskBits:
        switch result.kind {
        case .mask, .map: true
        case .cutout, .composite: false
        }
      case .compression: result.format == .png
      case .quality: result.format != .png
      case .isLossless: result.format == .webP
      }
    }

    /// What a result is that it makes a difference to, for people: "is WebP".
    public var condition: String {
      switch self {
      case .maskBits: "is a mask; cut-outs have the bits of the photo"
      case .compression: "is PNG"
      case .quality: "is JPEG or WebP"
      case .isLossless: "is WebP"
      }
    }
  }
}
