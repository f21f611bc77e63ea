package import U2NetFiles

/// Where a photo comes from: a file, the bytes of one, or pixels.
public struct PhotoSource: Sendable {
  enum Contents: Sendable {
    case file(FilePath)
    case bytes([UInt8])
    case pixels(Image<UInt8>, Metadata)
    case deepPixels(Image<UInt16>, Metadata)
    case buffer(PixelBuffer, Metadata)
  }

  let contents: Contents
  /// What to call the photo in messages and reports.
  public let name: String
  /// What it is called below the folder it was found in, without its extension.
  package let stem: FilePath

  private init(contents: Contents, name: String, stem: FilePath? = nil) {
    (self.contents, self.name) = (contents, name)
    self.stem = stem ?? FilePath(bytes: FilePath(name).withoutExtension.name)
  }

  /// The file; nil for a photo in memory.
  package var file: FilePath? { if case .file(let path) = contents { path } else { nil } }

  /// A JPEG, PNG or WebP file; "-" is standard input.
  public static func file(_ path: String) -> PhotoSource { file(FilePath(path)) }

  /// As `file(_:)` of a `String`, for names that need not be UTF-8.
  package static func file(_ path: FilePath, name: String? = nil, stem: FilePath? = nil) -> PhotoSource {
    PhotoSource(
      contents: .file(path), name: name ?? (path == .standardStream ? "standard input" : "\(path)"),
      stem: stem ?? FilePath(bytes: path.withoutExtension.name))
  }

  /// All bytes of a JPEG, PNG or WebP file.
  public static func bytes(_ bytes: [UInt8], name: String = "photo") -> PhotoSource {
    PhotoSource(contents: .bytes(bytes), name: name)
  }

  /// An upright picture of 8 bits per sample, any channels, alpha not premultiplied.
  /// - Parameters:
  ///   - image: the picture.
  ///   - metadata: what results carry on; without a profile, colours are sRGB.
  ///   - name: what to call it in messages and reports.
  public static func pixels(
    _ image: Image<UInt8>, metadata: Metadata = Metadata(), name: String = "photo"
  ) -> PhotoSource {
    PhotoSource(contents: .pixels(image, metadata), name: name)
  }

  /// An upright picture of 16 bits per sample, which cut-outs keep.
  public static func pixels(
    _ image: Image<UInt16>, metadata: Metadata = Metadata(), name: String = "photo"
  ) -> PhotoSource {
    PhotoSource(contents: .deepPixels(image, metadata), name: name)
  }

  /// An upright picture where it lies in memory, of 8 or 16 bits per sample: the results are those of a file with its pixels.
  /// For a mask without refinement, of a picture without alpha, it is not copied.
  public static func pixels(
    _ buffer: PixelBuffer, metadata: Metadata = Metadata(), name: String = "photo"
  ) -> PhotoSource {
    PhotoSource(contents: .buffer(buffer, metadata), name: name)
  }
}
