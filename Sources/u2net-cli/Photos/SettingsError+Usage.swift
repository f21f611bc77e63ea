import ArgumentParser
import U2Net

/// Turns what is wrong with settings into a usage error that speaks of flags.
func inUsersWords(_ body: () throws(SettingsError) -> Void) throws(ValidationError) {
  do { try body() } catch { throw ValidationError(error.usage) }
}

extension SettingsError {
  var usage: String {
    switch self {
    case .outOfRange(.threshold, let share, _):
      "--threshold must be 0 to 100, not \(Float(share).map { $0 * 100 } ?? .nan)"
    case .outOfRange(let setting, let value, let allowed): "\(setting.flag) must be \(allowed), not \(value)"
    case .thresholdsCross(let background, let foreground): "-ab \(background) must not be above -af \(foreground)"
    case .depthNeedsPNG(let format): "--depth 16 needs PNG: \(format) has 8 bits per sample"
    case .canvasTooLarge(let width, let height, let limit):
      "--size \(width)x\(height) has more pixels than --max-megapixels \(limit / 1_000_000) allows"
    case .cutoutNeedsTransparency: "JPEG has no transparency: choose another --format, or give a --background"
    case .backgroundIsTranslucent:
      "JPEG has no transparency, but the --background has: choose .png or .webp"
    case .blurCannotBeFramed: "a blurred background has the photo's frame: not with --crop, --square or --size"
    case .backgroundMissing, .sideOutputsMissing: description
    }
  }
}

extension SettingsError.Setting {
  fileprivate var flag: String {
    switch self {
    case .inputSize: "--input-size"
    case .pixelLimit: "--max-megapixels"
    case .erosion: "-ae"
    case .minRegion: "--min-region"
    case .minHole: "--min-hole"
    case .canvas: "--size"
    case .blur: "--background blur:"
    case .maskBits: "--depth"
    case .grow, .threshold, .feather, .margin, .compression, .quality: "--\(rawValue)"
    }
  }
}
