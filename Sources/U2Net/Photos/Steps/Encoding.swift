extension EncodingSettings {
  /// The bytes of a picture's file. 16 bits go into a PNG; other formats have 8.
  /// - Parameters:
  ///   - image: any channels; a JPEG has no alpha.
  ///   - metadata: what of it fits the channels and the format goes into the file; `keepsExif` is not looked at.
  ///   - format: of the file.
  ///   - name: what to call the file in messages.
  ///   - threads: for PNG; the bytes are the same for any number.
  /// - Throws: `PhotoError.noTransparency`; `ImageError` if the format cannot hold a picture of this size.
  public func encode<Sample: PhotoSample>(
    _ image: Image<Sample>, metadata: Metadata = Metadata(), as format: ImageFormat, name: String, threads: Int = 1
  ) throws -> [UInt8] {
    switch format {
    case .png: return Sample.png(image, compression: compression, metadata: metadata, threads: threads)
    case .jpeg:
      guard !image.channels.hasAlpha else { throw PhotoError.noTransparency(name: name) }
      return try image.inEightBits.jpegData(quality: quality, metadata: metadata, source: name)
    case .webP:
      return try image.inEightBits.webPData(
        isLossless ? .lossless : .lossy(quality: quality), metadata: metadata, source: name)
    }
  }
}

extension Image where Sample: PhotoSample {
  /// Itself, if it has 8 bits.
  fileprivate var inEightBits: Image<UInt8> { self as? Image<UInt8> ?? converted(to: UInt8.self) }
}
