/// A photo as pixels: upright, in 8 bits for the network and, where results keep them, in 16.
public struct DecodedPhoto: Sendable {
  public let name: String
  /// Size of the photo in pixels, at which masks are made. `image` is smaller where only the network looks at it.
  public let width, height: Int
  public let image: Image<UInt8>
  /// The same picture in 16 bits, if the photo has them and they were asked for.
  public let deepImage: Image<UInt16>?
  public let metadata: Metadata

  /// Reads and decodes a photo at its full size.
  /// - Parameters:
  ///   - keepsDepth: whether a photo of 16 bits is kept in 16 bits, too.
  ///   - remark: told what is odd about a file that is read all the same.
  /// - Throws: `ImageError`.
  public init(
    _ source: PhotoSource, keepsDepth: Bool = true, pixelLimit: Int = ImageFile.defaultPixelLimit,
    remark: (String) -> Void = { _ in }
  ) throws(ImageError) {
    self = try OpenedPhoto(source, pixelLimit: pixelLimit)
      .decoded(keepsDepth: keepsDepth, sidesAtLeast: nil, remark: remark)
  }

  fileprivate init(
    _ photo: OpenedPhoto, _ image: Image<UInt8>, _ deepImage: Image<UInt16>?, _ metadata: Metadata
  ) {
    (name, width, height) = (photo.name, photo.width, photo.height)
    (self.image, self.deepImage, self.metadata) = (image, deepImage, metadata)
  }
}

/// A photo whose size and kind are known, so that there can be room for its pixels before they are decoded.
struct OpenedPhoto {
  private enum Contents {
    case file([UInt8])
    case pixels(Image<UInt8>, Metadata)
    case deepPixels(Image<UInt16>, Metadata)
  }

  let name: String
  let width, height: Int
  let channels: Channels
  /// Whether there are 16 bits to a sample.
  let isDeep: Bool
  private let contents: Contents
  private let pixelLimit: Int

  /// - Throws: `ImageError`, `outOfMemory` among them for a photo that is larger than all memory.
  init(_ source: PhotoSource, pixelLimit: Int) throws(ImageError) {
    self.pixelLimit = pixelLimit
    name = source.name
    switch source.contents {
    case .file, .bytes:
      let bytes: [UInt8] =
        switch source.contents {
        case .file(let path): try ImageFile.read(path)
        case .bytes(let bytes): bytes
        default: []
        }
      let header = try ImageFile.header(of: bytes, source: name, pixelLimit: pixelLimit)
      (width, height, channels, isDeep) = (header.width, header.height, header.channels, header.bitDepth == 16)
      contents = .file(bytes)
      let sampleBytes = channels.rawValue * (isDeep ? 2 : 1)
      guard width * height <= ResourceLimits.current.memory / sampleBytes else {
        throw .outOfMemory(source: name, width: width, height: height)
      }
    case .pixels(let image, let metadata):
      (width, height, channels, isDeep) = (image.width, image.height, image.channels, false)
      contents = .pixels(image, metadata)
    case .deepPixels(let image, let metadata):
      (width, height, channels, isDeep) = (image.width, image.height, image.channels, true)
      contents = .deepPixels(image, metadata)
    }
    guard width.saturatingProduct(height) <= pixelLimit else {
      throw .tooLarge(source: name, width: width, height: height, limit: pixelLimit)
    }
  }

  /// Whether it can be decoded at less than its size.
  var canBeReduced: Bool {
    guard case .file(let bytes) = contents, let format = ImageFormat(signatureOf: bytes) else { return false }
    return format != .png
  }

  /// Of the file.
  var byteCount: Int { if case .file(let bytes) = contents { bytes.count } else { 0 } }

  /// - Parameter sides: how long both sides must be at least, nil for the full size.
  func decoded(
    keepsDepth: Bool, sidesAtLeast sides: Int?, remark: (String) -> Void
  ) throws(ImageError) -> DecodedPhoto {
    switch contents {
    case .file(let bytes):
      let metadata = ImageFile.metadata(of: bytes)
      guard keepsDepth && isDeep else {
        let image = try Image<UInt8>(
          decoding: bytes, source: name, pixelLimit: pixelLimit, sidesAtLeast: sides, remark: remark)
        return DecodedPhoto(self, image, nil, metadata)
      }
      let deep = try Image<UInt16>(decoding: bytes, source: name, pixelLimit: pixelLimit, remark: remark)
      return DecodedPhoto(self, deep.converted(to: UInt8.self), deep, metadata)
    case .pixels(let image, let metadata): return DecodedPhoto(self, image, nil, metadata)
    case .deepPixels(let image, let metadata):
      // As decoding to 8 bits does; where both are kept they are the nearest to each other.
      return keepsDepth
        ? DecodedPhoto(self, image.converted(to: UInt8.self), image, metadata)
        : DecodedPhoto(self, image.narrowed, nil, metadata)
    }
  }
}
