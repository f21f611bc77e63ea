// What formats cannot hold, and what of a file is not carried to any.

extension Metadata {
  /// What of it does not go with a picture into a file of this format, for people; all else does. That masks have no colours, and
  /// no picture what is of others' pixels, is no loss.
  package func losses<Sample>(in format: ImageFormat, of image: Image<Sample>) -> [String] {
    // WebP has no grey.
    let channels: Channels = format == .webP && image.channels.opaque == .gray ? .rgb : image.channels
    let asked = format == .png ? self : withProfileOfPNG(for: channels)
    let there = asked.fitting(width: image.width, height: image.height, channels: channels)
    var losses: [String] = []
    if let exif, !exif.isEmpty, there.exif == nil { losses.append("its EXIF does not fit the picture and is left out") }
    // Of inks, the colours have become sRGB's.
    if let profile = asked.profile, there.profile == nil, !profile.dropFirst(16).starts(with: "CMYK".utf8) {
      losses.append(
        "its colour profile is not for \(channels.opaque == .gray ? "a grey picture" : "RGB") and is left out")
    }
    if format != .png, !pngColors.isEmpty, !isPNGOfSRGB, there.profile == nil {
      let kinds = pngColors.map { String(decoding: $0.kind.bigEndianBytes, as: UTF8.self) }
      losses.append(
        "what it says of colours (\(kinds.joined(separator: ", "))) cannot be said in a \(format) and is left out")
    }
    return losses + (format == .jpeg ? there.lossesInJPEG : [])
  }

  private var lossesInJPEG: [String] {
    var losses: [String] = []
    func leftOut(_ what: String, _ count: Int, _ most: Int) {
      losses.append("its \(what) of \(count) bytes is longer than a JPEG can hold (\(most)) and is left out")
    }
    let isExifLost = exif.map { $0.count > Self.longestJPEGExif } ?? false
    if isExifLost { leftOut("EXIF", exif!.count, Self.longestJPEGExif) }
    if let profile, profile.count > Self.longestJPEGProfile {
      leftOut("colour profile", profile.count, Self.longestJPEGProfile)
    }
    // EXIF may say the same.
    let carried = isExifLost ? nil : exif.flatMap(Exif.init)
    if let density, density.inSixteenBits == nil, carried?.density == nil {
      losses.append("its density of \(density.text) pixels per inch is more than a JPEG can say and is left out")
    }
    if density == nil, let aspect, !aspect.fitsSixteenBits, carried?.aspect == nil {
      losses.append(
        "its pixels' shape, \(aspect.horizontal) to \(aspect.vertical), is more than a JPEG can say exactly")
    }
    return losses
  }
}

extension PixelDensity {
  fileprivate var text: String { Self.text(horizontal, vertical) }

  /// With as many decimals as tell something.
  static func text(_ horizontal: Double, _ vertical: Double) -> String {
    func text(_ number: Double) -> String {
      number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\((number * 1e4).rounded() / 1e4)"
    }
    return "\(text(horizontal)) × \(text(vertical))"
  }

  /// What is wrong with numbers in a file that are no density; nil of zeros, which say nothing.
  /// - Parameter perInch: how many of the file's units are an inch; nil for a unit that is not known.
  static func fault(_ horizontal: Double, _ vertical: Double, perInch: Double?) -> String? {
    guard horizontal != 0 || vertical != 0 else { return nil }
    guard let perInch else { return "its density of \(text(horizontal, vertical)) is in a unit that is not known" }
    guard PixelDensity(horizontal, vertical, perInch: perInch) == nil else { return nil }
    let (across, down) = (horizontal * perInch, vertical * perInch)
    return "its density of \(text(across, down)) pixels per inch is not from 1 to a million"
  }
}

extension PixelAspect {
  /// Whether rounding to numbers of 16 bits changes it by less than a hundredth.
  fileprivate var fitsSixteenBits: Bool {
    let (across, down) = inSixteenBits
    let ratio = Double(horizontal) / Double(vertical)
    return abs(Double(across) / Double(down) / ratio - 1) < 0.01
  }

  /// What is wrong with numbers in a file that are no shape of pixels; nil of zeros, and of square ones.
  static func fault(_ horizontal: Double, _ vertical: Double) -> String? {
    guard horizontal != vertical, PixelAspect(horizontal, vertical) == nil else { return nil }
    return "its pixels' shape of \(PixelDensity.text(horizontal, vertical)) is not in numbers from 1 to 2147483647"
  }
}
