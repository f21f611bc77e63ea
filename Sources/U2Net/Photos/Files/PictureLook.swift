internal import U2NetFiles

/// What a picture's file looks like.
struct PictureLook {
  /// In pixels of the upright picture.
  let width, height: Int
  let hasAlpha: Bool
  private let file: FilePath
  private let format: ImageFormat
  private let channels: Channels

  /// Most headers lie within so many bytes.
  private static let usualLength = 1 << 17

  /// nil for what is no picture that can be read.
  init?(_ file: FilePath) {
    func header(_ bytes: [UInt8]?) -> ImageHeader? {
      bytes.flatMap { try? ImageFile.header(of: $0, source: "", pixelLimit: .max) }
    }
    guard !file.isSpecial,
      let header = header(file.part(at: 0, count: Self.usualLength)) ?? header(try? ImageFile.read(file))
    else { return nil }
    (width, height, channels, format) = (header.width, header.height, header.channels, header.format)
    hasAlpha = header.channels.hasAlpha
    self.file = file
  }

  /// Whether there are no colours; WebP has none without, so that its pixels tell.
  var isGrey: Bool {
    guard format == .webP, channels == .rgb else { return channels == .gray }
    guard let bytes = try? ImageFile.read(file), let image = try? Image<UInt8>(decoding: bytes, source: "") else {
      return false
    }
    return (0..<image.width * image.height).allSatisfy { pixel in
      let samples = image.samples[3 * pixel..<3 * pixel + 3]
      return samples.allSatisfy { $0 == samples.first }
    }
  }
}
