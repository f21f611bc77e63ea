/// What can be made of a photo.
public enum ResultKind: Hashable, Sendable, CustomStringConvertible {
  /// Grey, of the photo's size: white where the object is.
  case mask
  /// The object on transparency, framed by the layout.
  case cutout
  /// The object on the background, framed by the layout.
  case composite
  /// A map of the network as it is, at the photo's size, 8 bits.
  case map(Saliency.Map)

  public var description: String {
    switch self {
    case .mask: "mask"
    case .cutout, .composite: "cut-out"
    case .map(let map): "\(map) map"
    }
  }
}

/// A result of a photo, as the bytes of a file.
public struct PhotoResult: Sendable {
  /// What somebody wants of a photo.
  public struct Request: Hashable, Sendable {
    /// What is made.
    public var kind: ResultKind
    /// The file's format.
    public var format: ImageFormat
    /// What to call the result in messages, such as the file that it goes to; nil: by its kind and the photo's name.
    public var name: String?
    /// Whether the file says in its XMP what it is and of which photo, if that came as a file, so that the commands do not take
    /// it for a photo.
    public var isMarked = false

    /// Wants `kind` as a file of `format`.
    public init(_ kind: ResultKind, as format: ImageFormat = .png, name: String? = nil) {
      self.kind = kind
      self.format = format
      self.name = name
    }

    /// The mask as PNG.
    public static var mask: Request { Request(.mask) }
    /// The object on transparency, as PNG.
    public static var cutout: Request { Request(.cutout) }
    /// The mask; of 16 bits only as PNG.
    public static func mask(as format: ImageFormat) -> Request { Request(.mask, as: format) }
    /// The object on transparency, as PNG or WebP.
    public static func cutout(as format: ImageFormat) -> Request { Request(.cutout, as: format) }
    /// The object on `CutoutSettings.background`.
    public static func composite(as format: ImageFormat) -> Request { Request(.composite, as: format) }
    /// One of the network's maps; side outputs need `PhotoSettings.sideOutputs`.
    public static func map(_ map: Saliency.Map, as format: ImageFormat = .png) -> Request {
      Request(.map(map), as: format)
    }
  }

  /// What was wanted.
  public let request: Request
  /// The file's bytes.
  public let bytes: [UInt8]

  /// Writes a file as a whole; "-" is standard output.
  /// - Throws: `ImageError.unwritable`.
  public func write(to path: String) throws(ImageError) { try ImageFile.write(bytes, to: path) }
}

/// What was made of one photo.
public struct ProcessedPhoto: Sendable {
  /// Whether there is an object, where, and how sure that is.
  public let verdict: Verdict
  /// Verdict, times and remarks, for a list or a `Manifest`.
  public internal(set) var report: PhotoReport
  /// In the order of the requests.
  public let results: [PhotoResult]

  /// The bytes of the first result of a kind; nil if none was asked for.
  public subscript(_ kind: ResultKind) -> [UInt8]? { results.first { $0.request.kind == kind }?.bytes }
}
