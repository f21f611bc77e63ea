internal import U2NetFiles

/// A photo as pixels: upright, in 8 bits for the network and, where results keep them, in 16.
public struct DecodedPhoto: Sendable {
  /// What the photo is called in messages.
  public let name: String
  /// Size of the photo in pixels, at which masks are made. `image` is smaller where only the network looks at it.
  public let width, height: Int
  /// In 8 bits.
  public var image: Image<UInt8> {
    switch pixels {
    case .image(let image): image
    case .buffer(let buffer): Image<UInt8>(buffer)
    }
  }
  /// The same picture in 16 bits, if the photo has them and they were asked for.
  public let deepImage: Image<UInt16>?
  /// What results carry on.
  public let metadata: Metadata
  private let pixels: Pixels

  private enum Pixels: Sendable {
    case image(Image<UInt8>)
    case buffer(PixelBuffer)
  }

  /// Pixels that only the network looks at, where they lie; nil where there is an image of them.
  var buffer: PixelBuffer? { if case .buffer(let buffer) = pixels { buffer } else { nil } }

  /// Reads and decodes a photo at its full size.
  /// - Parameters:
  ///   - source: where the photo is.
  ///   - keepsDepth: whether a photo of 16 bits is kept in 16 bits, too.
  ///   - pixelLimit: the most pixels to accept; checked before memory is taken for them.
  ///   - remark: told what is odd about a file that is read all the same.
  /// - Throws: `ImageError`.
  public init(
    _ source: PhotoSource, keepsDepth: Bool = true, pixelLimit: Int = ImageFile.defaultPixelLimit,
    remark: (String) -> Void = { _ in }
  ) throws(ImageError) {
    self = try OpenedPhoto(source, pixelLimit: pixelLimit)
      .decoded(keepsDepth: keepsDepth, isForNetworkOnly: false, sidesAtLeast: nil, remark: remark)
  }

  fileprivate init(
    _ photo: OpenedPhoto, _ image: Image<UInt8>, _ deepImage: Image<UInt16>?, _ metadata: Metadata
  ) {
    (name, width, height) = (photo.name, photo.width, photo.height)
    (pixels, self.deepImage, self.metadata) = (.image(image), deepImage, metadata)
  }

  fileprivate init(_ photo: OpenedPhoto, _ buffer: PixelBuffer, _ metadata: Metadata) {
    (name, width, height) = (photo.name, photo.width, photo.height)
    (pixels, deepImage, self.metadata) = (.buffer(buffer), nil, metadata)
  }
}

/// A photo whose size and kind are known, so that there can be room for its pixels before they are decoded.
struct OpenedPhoto {
  private enum Contents {
    case file(PictureFile)
    case pixels(Image<UInt8>, Metadata)
    case deepPixels(Image<UInt16>, Metadata)
    case buffer(PixelBuffer, Metadata)
  }

  let name: String
  /// What pictures that go with it are called.
  let stem: FilePath
  let width, height: Int
  let channels: Channels
  /// Whether there are 16 bits to a sample.
  let isDeep: Bool
  /// Of the file; nil of pixels.
  let digest: PhotoDigest?
  private let contents: Contents

  /// - Throws: `ImageError`, `outOfMemory` among them for a photo that is larger than all memory.
  init(_ source: PhotoSource, pixelLimit: Int) throws(ImageError) {
    (name, stem) = (source.name, source.stem)
    switch source.contents {
    case .file, .bytes:
      let bytes: [UInt8] =
        switch source.contents {
        case .file(let path): try ImageFile.read(path)
        case .bytes(let bytes): bytes
        default: []
        }
      let file = try PictureFile(bytes, source: name, pixelLimit: pixelLimit), header = file.header
      (width, height, channels, isDeep) = (header.width, header.height, header.channels, header.bitDepth == 16)
      contents = .file(file)
      digest = PhotoDigest(bytes)
      let sampleBytes = channels.rawValue * (isDeep ? 2 : 1)
      guard width * height <= ResourceLimits.current.memory / sampleBytes else {
        throw .outOfMemory(source: name, width: width, height: height)
      }
    case .pixels(let image, let metadata):
      (width, height, channels, isDeep) = (image.width, image.height, image.channels, false)
      digest = nil
      contents = .pixels(image, metadata)
    case .deepPixels(let image, let metadata):
      (width, height, channels, isDeep) = (image.width, image.height, image.channels, true)
      digest = nil
      contents = .deepPixels(image, metadata)
    case .buffer(let buffer, let metadata):
      (width, height, channels) = (buffer.width, buffer.height, buffer.layout.channels)
      isDeep = buffer.bitsPerSample == 16
      digest = nil
      contents = .buffer(buffer, metadata)
    }
    guard width.saturatingProduct(height) <= pixelLimit else {
      throw .tooLarge(source: name, width: width, height: height, limit: pixelLimit)
    }
  }

  /// Whether it can be decoded at less than its size.
  var canBeReduced: Bool {
    guard case .file(let file) = contents else { return false }
    return file.header.format != .png
  }

  /// Of the file.
  var byteCount: Int { if case .file(let file) = contents { file.byteCount } else { 0 } }

  /// - Parameters:
  ///   - isForNetworkOnly: whether nobody else looks at the pixels: a buffer stays where it is then.
  ///   - sides: how long both sides must be at least, nil for the full size.
  func decoded(
    keepsDepth: Bool, isForNetworkOnly: Bool, sidesAtLeast sides: Int?, remark: (String) -> Void
  ) throws(ImageError) -> DecodedPhoto {
    switch contents {
    case .file(let file):
      guard keepsDepth && isDeep else {
        return DecodedPhoto(
          self, try file.image(sidesAtLeast: sides, remark: remark), nil, file.usableMetadata(remark: remark))
      }
      let deep = try file.deepImage(remark: remark)
      return DecodedPhoto(self, deep.converted(to: UInt8.self), deep, file.usableMetadata(remark: remark))
    case .pixels(let image, let metadata): return DecodedPhoto(self, image, nil, metadata)
    case .deepPixels(let image, let metadata):
      // As decoding to 8 bits does; where both are kept they are the nearest to each other.
      return keepsDepth
        ? DecodedPhoto(self, image.converted(to: UInt8.self), image, metadata)
        : DecodedPhoto(self, image.narrowed, nil, metadata)
    case .buffer(let buffer, let metadata):
      if keepsDepth && isDeep {
        let deep = Image<UInt16>(buffer)
        return DecodedPhoto(self, deep.converted(to: UInt8.self), deep, metadata)
      }
      return isForNetworkOnly
        ? DecodedPhoto(self, buffer, metadata) : DecodedPhoto(self, Image<UInt8>(buffer), nil, metadata)
    }
  }
}
