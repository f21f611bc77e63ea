/// The file formats that can be read and written.
public enum ImageFormat: String, Sendable, CustomStringConvertible {
  /// 8 or 16 bits, without loss.
  case png = "PNG"
  /// 8 bits, with loss, without alpha.
  case jpeg = "JPEG"
  /// 8 bits, with loss or without.
  case webP = "WebP"

  public var description: String { rawValue }

  /// The format that files with this extension have, as in "png": "jpg" and "jpeg" are the same, and so are cases.
  public init?(fileExtension: String) {
    switch fileExtension.lowercased() {
    case "png": self = .png
    case "jpg", "jpeg": self = .jpeg
    case "webp": self = .webP
    default: return nil
    }
  }

  /// The format whose signature `bytes` start with.
  public init?(signatureOf bytes: [UInt8]) {
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if bytes.starts(with: "RIFF".utf8) && bytes.dropFirst(8).starts(with: "WEBP".utf8) {
      self = .webP
    } else {
      return nil
    }
  }
}

/// What a picture's file says of it before any pixel is decoded.
///
/// No size of a file overflows: width × height × 1024 can be told in an `Int`.
public struct ImageHeader: Equatable, Sendable {
  /// What the file's first bytes say.
  public let format: ImageFormat
  /// In pixels, as displayed: with the orientation applied.
  public let width: Int
  /// In pixels, as displayed: with the orientation applied.
  public let height: Int
  /// The channels once decoded: palettes become colours, CMYK becomes RGB, a transparent colour becomes alpha.
  public let channels: Channels
  /// Bits per sample in the file: 1, 2, 4, 8 or 16. Palette images count as 8, for their entries are.
  public let bitDepth: Int
  /// How the stored rows and columns are to be displayed, from EXIF or XMP.
  public let orientation: Orientation
  /// Whether it is the first of an animated WebP, which is not decoded at another size.
  let isFirstOfMany: Bool

  /// Size as stored in the file.
  var storedWidth: Int { orientation.swapsAxes ? height : width }
  var storedHeight: Int { orientation.swapsAxes ? width : height }
}
