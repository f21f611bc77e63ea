/// How results are written to files' bytes.
public struct EncodingSettings: Sendable, Hashable {
  /// Bits per sample of masks, 8 or 16. Cut-outs have those of the photo, as far as the format has them.
  public var maskBits = 8
  /// How hard PNGs are compressed, 0 (not) … 9 (smallest).
  public var compression = ImageFile.defaultCompression
  /// Of JPEG and WebP, 1…100.
  public var quality = 92
  /// Whether WebP is written without loss.
  public var isLossless = false
  /// Whether the photo's EXIF (camera, time, place) is kept. Colour profile and resolution are in any case.
  public var keepsExif = true

  /// 8 bits, JPEG and WebP of quality 92, with the photo's EXIF.
  public init() {}

  /// Checks every number.
  /// - Throws: `SettingsError` for the first number that is out of its range.
  public func validate() throws(SettingsError) {
    guard maskBits == 8 || maskBits == 16 else {
      throw .outOfRange(.maskBits, value: "\(maskBits)", allowed: "8 or 16")
    }
    try SettingsError.require(.compression, compression, in: 0...9)
    try SettingsError.require(.quality, quality, in: 1...100)
  }
}
