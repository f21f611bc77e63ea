import ArgumentParser
import U2Net

/// How result files are written.
struct EncodingOptions: ParsableArguments {
  @Option(help: "Bits per sample of masks, 8 (default) or 16. Cut-outs have those of the photo.")
  var depth: Int?

  @Option(
    help: """
      How hard PNGs are compressed, 0 (not) to 9 (smallest); higher levels take several times as long \
      (default: \(ImageFile.defaultCompression)).
      """)
  var compression: Int?

  @Option(help: "Quality of JPEG and WebP, 1 to 100 (default: 92).")
  var quality: Int?

  @Flag(help: "Write WebP without loss.")
  var lossless = false

  @Flag(help: "Leave the photo's EXIF (camera, time, place) out of results; colour profile and resolution stay.")
  var strip = false

  func validate() throws { try inUsersWords { () throws(SettingsError) in try settings.validate() } }

  var settings: EncodingSettings {
    var settings = EncodingSettings()
    settings.maskBits = depth ?? 8
    settings.compression = compression ?? ImageFile.defaultCompression
    settings.quality = quality ?? 92
    settings.isLossless = lossless
    settings.keepsExif = !strip
    return settings
  }

  /// A flag that none of the results heeds is a mistake.
  func checkUse(for results: [PhotoResult.Request]) throws(ValidationError) {
    let flags: [(String, isGiven: Bool, EncodingSettings.Choice)] = [
      ("--quality", quality != nil, .quality), ("--lossless", lossless, .isLossless),
      ("--compression", compression != nil, .compression), ("--depth", depth != nil, .maskBits),
    ]
    for (flag, isGiven, choice) in flags where isGiven && !results.contains(where: choice.matters) {
      throw ValidationError("\(flag) has no effect: no result \(choice.condition)")
    }
  }
}
