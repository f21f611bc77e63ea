/// What a picture's file says beside its pixels, as far as it is carried from one file to another.
public struct Metadata: Equatable, Sendable {
  /// What the numbers of colours mean: an ICC profile.
  public var profile: [UInt8]?

  /// How the picture was taken (camera, time, place): EXIF, as a TIFF structure.
  public var exif: [UInt8]?

  /// How large the picture is to be printed.
  public var density: PixelDensity?

  /// Where that is not known, how wide its pixels are for their height; nil if they are square.
  public var aspect: PixelAspect?

  /// How the rows lie that density and aspect are of, and EXIF where it does not say: in a file they may be columns of the
  /// upright picture, with which the two are written exchanged.
  public var orientation = Orientation.up

  /// Tags of EXIF that are not of the picture any more.
  var droppedTags: Set<Int> = []

  /// The program that made the picture, in letters, digits and spaces. Written, but not read: who makes a picture of another
  /// one says so itself.
  package var creator: String?

  /// PNG's own way to say what colours mean: chunks `cICP`, `sRGB`, `gAMA` and `cHRM`, which only PNG can hold.
  var pngColors: [PNGChunk] = []

  /// See the properties; without a profile, colours are sRGB.
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
    result.droppedTags.formUnion(Exif.tagsOfColors)
    return result
  }

  /// The same for a picture of another scale: without what EXIF says of the sensor's pixels. How large a pixel is to be
  /// printed stays.
  public var withoutScale: Metadata {
    var result = self
    result.droppedTags.formUnion(Exif.tagsOfScale)
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
  /// From 1 to a million, each.
  public let horizontal, vertical: Double

  /// Pixels per inch, along a row and along a column.
  /// - Precondition: both are from 1 to a million.
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

  /// Rounded, for formats that have whole numbers of 16 bits; nil if these are too small.
  var inSixteenBits: (UInt16, UInt16)? {
    guard let across = UInt16(exactly: horizontal.rounded()), let down = UInt16(exactly: vertical.rounded()) else {
      return nil
    }
    return (across, down)
  }

  /// That of a picture whose rows become columns.
  var exchanged: PixelDensity { PixelDensity(horizontal: vertical, vertical: horizontal) }

  static var range: ClosedRange<Double> { 1...1_000_000 }
  static var centimetresPerInch: Double { 2.54 }
  static var metresPerInch: Double { 0.0254 }
}

/// How many pixels of a row are as long as how many of a column, where there is no unit: 2 and 1 are narrow pixels.
public struct PixelAspect: Equatable, Sendable {
  /// From 1 to 2³¹ − 1, and not equal.
  public let horizontal, vertical: Int

  /// `horizontal` pixels of a row are as long as `vertical` ones of a column.
  /// - Precondition: both are from 1 to 2³¹ − 1, the most that a PNG holds, and not equal.
  public init(horizontal: Int, vertical: Int) {
    precondition(
      Self.range ~= horizontal && Self.range ~= vertical && horizontal != vertical,
      "pixels that are not square have different numbers from 1 to 2³¹ - 1, unlike \(horizontal) and \(vertical)")
    (self.horizontal, self.vertical) = (horizontal, vertical)
  }

  /// Of numbers in a file, which need not be sensible.
  /// - Returns: nil also for square pixels.
  init?(_ horizontal: Double, _ vertical: Double) {
    let scale: Double = horizontal == horizontal.rounded() && vertical == vertical.rounded() ? 1 : 1000
    guard let across = Int(exactly: (scale * horizontal).rounded()), Self.range ~= across,
      let down = Int(exactly: (scale * vertical).rounded()), Self.range ~= down, across != down
    else { return nil }
    self.init(horizontal: across, vertical: down)
  }

  /// That of a picture whose rows become columns.
  var exchanged: PixelAspect { PixelAspect(horizontal: vertical, vertical: horizontal) }

  /// About the same with numbers of 16 bits.
  var inSixteenBits: (UInt16, UInt16) {
    let scale = min(1, 65535 / Double(max(horizontal, vertical)))
    func scaled(_ number: Int) -> UInt16 { UInt16(max(1, (Double(number) * scale).rounded())) }
    return (scaled(horizontal), scaled(vertical))
  }

  private static var range: ClosedRange<Int> { 1...Int(Int32.max) }
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
    fitting(width: image.width, height: image.height, channels: image.channels)
  }

  func fitting(width: Int, height: Int, channels: Channels) -> Metadata {
    var result = self
    if let profile, !isProfile(profile, for: channels) {
      let isMadeColored = channels.opaque == .rgb && isProfile(profile, for: .gray)
      result.profile = isMadeColored ? colorProfile(ofGray: profile) : nil
    }
    result.exif =
      exif.flatMap(Exif.init)?
      .fitting(width: width, height: height, turned: orientation, without: droppedTags)?.bytes
    if orientation.swapsAxes {
      (result.density, result.aspect) = (density?.exchanged, aspect?.exchanged)
    }
    result.orientation = .up
    return result
  }

  /// ICC.1, 7.2: byte 16 starts the colour space's name, 36 the mark of all profiles.
  func isProfile(_ bytes: [UInt8], for channels: Channels) -> Bool {
    bytes.count >= 128 && bytes[36...].starts(with: "acsp".utf8)
      && bytes[16...].starts(with: (channels.opaque == .gray ? "GRAY" : "RGB ").utf8)
  }
}
