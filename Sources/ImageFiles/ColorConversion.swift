// Colours of other profiles.

internal import U2NetCImageCodecs

extension Metadata {
  /// What a PNG's `cICP` chunk says, which goes before all else (PNG, 4.3).
  var codePoints: CodePoints? { pngColors.first { $0.kind == ImageFile.code("cICP") }.flatMap { CodePoints($0.data) } }

  /// The profile of a picture in RGB that says itself, or by PNG's `cICP`, `gAMA` and `cHRM`, that its colours are not
  /// sRGB's; of a grey one, that of the same greys.
  var rgbProfile: [UInt8]? {
    if let codePoints { return codePoints.isSRGB ? nil : codePoints.profile }
    if let profile {
      if isProfile(profile, for: .gray) { return colorProfile(ofGray: profile) }
      return isProfile(profile, for: .rgb) ? profile : nil
    }
    let (gamma, primaries) = pngNumbers
    guard !isPNGOfSRGB, (0.05...5).contains(gamma) else { return nil }
    return madeProfile { cic_rgb_profile(1 / gamma, primaries, $0, $1) }
  }

  /// Gamma and primaries as `gAMA` and `cHRM` have them, or else sRGB's.
  private var pngNumbers: (gamma: Double, primaries: [Double]) {
    func numbers(_ kind: StaticString, _ count: Int) -> [Double]? {
      guard let chunk = pngColors.first(where: { $0.kind == ImageFile.code(kind) }), chunk.data.count == 4 * count
      else {
        return nil
      }
      // In hundred-thousandths (PNG, 11.3.2).
      return (0..<count).map { Double(chunk.data.bigEndian(4 * $0, bytes: 4)!) / 100_000 }
    }
    return (numbers("gAMA", 1)?[0] ?? Self.srgbGamma, numbers("cHRM", 8) ?? Self.srgbPrimaries)
  }

  private static let srgbGamma = 0.45455, srgbPrimaries = [0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06]

  /// Whether what PNG's chunks say of colours, if anything, is that they are sRGB's.
  var isPNGOfSRGB: Bool {
    if let codePoints { return codePoints.isSRGB }
    if pngColors.contains(where: { $0.kind == ImageFile.code("sRGB") }) { return true }
    let (gamma, primaries) = pngNumbers
    return abs(gamma - Self.srgbGamma) < 0.005
      && zip(primaries, Self.srgbPrimaries).allSatisfy { abs($0 - $1) < 0.002 }
  }

  /// With a profile in place of what only a PNG can say, for other files.
  func withProfileOfPNG(for channels: Channels) -> Metadata {
    var result = self
    if channels.opaque == .rgb { result.profile = codePoints == nil ? profile ?? rgbProfile : rgbProfile }
    return result
  }

  /// Whether colours mean the same here and there.
  public func hasColors(of other: Metadata) -> Bool { rgbProfile == other.rgbProfile }
}

extension Image where Sample == UInt8 {
  /// An RGB picture with the colours that look in `new` as they are in `old`, rounded, and clipped where there is none:
  /// relative to the white of each. Metadata without a profile are of sRGB. If a profile cannot be read, the picture is as
  /// it was.
  public func converted(from old: Metadata, to new: Metadata) -> Image {
    precondition(channels == .rgb, "colours have 3 channels, not \(channels.rawValue)")
    let (from, to) = (old.rgbProfile, new.rgbProfile)
    if from == to { return self }
    var pixels = samples
    withOptionalBytes(from) { from, fromCount in
      withOptionalBytes(to) { to, toCount in
        // A profile that cannot be read leaves the pixels as they are.
        _ = cic_convert_rgb(from, fromCount, to, toCount, &pixels, width * height)
      }
    }
    // A profile cannot tell white from what is brighter.
    if let white = new.codePoints?.white { for i in pixels.indices { pixels[i] = min(pixels[i], white) } }
    return Image(width: width, height: height, channels: .rgb, samples: pixels)
  }
}

/// Calls `body` with the bytes and their number, or NULL and 0.
func withOptionalBytes<Result>(_ bytes: [UInt8]?, _ body: (UnsafePointer<UInt8>?, Int) -> Result) -> Result {
  guard let bytes else { return body(nil, 0) }
  return bytes.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
}
