/// What a picture's file says beside its pixels, as far as it is carried from one file to another.
public struct Metadata: Equatable, Sendable {
  /// What the numbers of colours mean: an ICC profile.
  public var profile: [UInt8]?

  /// How the picture was taken (camera, time, place): EXIF, as a TIFF structure.
  public var exif: [UInt8]?

  /// How large the picture is to be printed.
  public var density: PixelDensity?

  /// The program that made the picture, in letters, digits and spaces. Written, but not read: who makes a picture of another
  /// one says so itself.
  package var creator: String?

  /// PNG's own way to say what colours mean: chunks `cICP`, `sRGB`, `gAMA` and `cHRM`, which only PNG can hold.
  var pngColors: [PNGChunk] = []

  public init(profile: [UInt8]? = nil, exif: [UInt8]? = nil, density: PixelDensity? = nil) {
    self.profile = profile
    self.exif = exif
    self.density = density
  }

  /// The same without anything on colours: for a mask, whose grey values are data.
  public var withoutColors: Metadata {
    var result = self
    result.profile = nil
    result.pngColors = []
    return result
  }

  /// The same without EXIF, and so without the place where the picture was taken.
  public var withoutExif: Metadata {
    var result = self
    result.exif = nil
    return result
  }
}

/// Pixels per inch.
public struct PixelDensity: Equatable, Sendable {
  public let horizontal, vertical: Double

  /// - Parameters: from 1 to a million.
  public init(horizontal: Double, vertical: Double) {
    precondition(
      Self.range ~= horizontal && Self.range ~= vertical,
      "pixels per inch go from 1 to a million, unlike \(horizontal) and \(vertical)")
    self.horizontal = horizontal
    self.vertical = vertical
  }

  /// Of numbers in a file, which need not be sensible.
  /// - Parameter perInch: how many of the file's units are an inch.
  init?(_ horizontal: Double, _ vertical: Double, perInch: Double) {
    guard Self.range ~= horizontal * perInch, Self.range ~= vertical * perInch else { return nil }
    self.init(horizontal: horizontal * perInch, vertical: vertical * perInch)
  }

  private static var range: ClosedRange<Double> { 1...1_000_000 }
  static var centimetresPerInch: Double { 2.54 }
  static var metresPerInch: Double { 0.0254 }
}

/// A chunk of a PNG file without length and checksum.
struct PNGChunk: Equatable, Sendable {
  let kind: UInt32
  let data: [UInt8]
}

extension Metadata {
  /// What can go with an upright picture: without a profile for other channels (of inks), but with one of the same greys
  /// for a grey photo that became coloured, and with EXIF that is of this picture; EXIF that cannot be read is dropped.
  func fitting<Sample>(_ image: Image<Sample>) -> Metadata {
    var result = self
    if let profile, !isProfile(profile, for: image.channels) {
      let isMadeColored = image.channels.opaque == .rgb && isProfile(profile, for: .gray)
      result.profile = isMadeColored ? colorProfile(ofGray: profile) : nil
    }
    result.exif = exif.flatMap(Exif.init)?.fitting(width: image.width, height: image.height)?.bytes
    return result
  }

  /// ICC.1, 7.2: byte 16 starts the colour space's name, 36 the mark of all profiles.
  func isProfile(_ bytes: [UInt8], for channels: Channels) -> Bool {
    bytes.count >= 128 && bytes[36...].starts(with: "acsp".utf8)
      && bytes[16...].starts(with: (channels.opaque == .gray ? "GRAY" : "RGB ").utf8)
  }
}
