import ArgumentParser
import U2Net

/// What a cut-out looks like.
struct CutoutOptions: ParsableArguments {
  @Flag(help: "Keep the photo's colours at soft edges, with what they have of the background.")
  var keepColors = false

  @Option(
    help: ArgumentHelp(
      "What to put behind the object: '#RRGGBB[AA]', R,G,B[,A], a picture's name, or blur:SIGMA of the photo itself.",
      valueName: "what"))
  var background: CutoutSettings.Background?

  @Flag(help: "Cut away what is farther from the object than the margin.")
  var crop = false

  @Option(
    help: ArgumentHelp(
      "Room around a cropped or framed object, in per cent of its longer side or in pixels (default: 0).",
      valueName: "n%|n"))
  var margin: CutoutLayout.Margin?

  @Flag(help: "Make the result square.")
  var square = false

  @Option(help: ArgumentHelp("Size of the result in pixels; the object is fitted into it.", valueName: "WxH"))
  var size: PixelSize?

  @Option(
    help: "Kind of files in a folder or on standard output: png (default), webp, or jpg (a mask, or with a background)."
  )
  var format: EncodingOptions.Format?

  var kind: ResultKind { background == nil ? .cutout : .composite }

  /// How the result is framed; nil: as the photo is.
  private var layout: CutoutLayout? {
    guard crop || square || size != nil else { return nil }
    let shape: CutoutLayout.Shape =
      size.map { .canvas(width: $0.width, height: $0.height) } ?? (square ? .square : .object)
    // Without cropping all of the photo is framed, the transparent part, too.
    return CutoutLayout(margin: margin ?? .share(0), shape: shape, leastAlpha: crop ? CutoutLayout().leastAlpha : 0)
  }

  var settings: CutoutSettings {
    var settings = CutoutSettings()
    settings.keepsColors = keepColors
    settings.background = background
    settings.layout = layout
    return settings
  }

  func validate() throws {
    try inUsersWords { () throws(SettingsError) in try settings.validate(pixelLimit: .max) }
    guard margin == nil || layout != nil else {
      throw ValidationError("--margin has no effect without --crop, --square or --size")
    }
  }

  /// The flag that says what cut-outs look like, if there is one.
  var given: String? {
    let flags = [
      ("--keep-colors", keepColors), ("--background", background != nil), ("--crop", crop), ("--square", square),
      ("--size", size != nil),
    ]
    return flags.first(where: \.1)?.0
  }

  /// Cut-outs without a background need a format that has transparency.
  func checkTransparency() throws {
    if format == .jpg, background == nil {
      throw ValidationError("JPEG has no transparency: choose another --format, or give a --background")
    }
  }
}

/// Width and height in pixels, "2000x1500".
struct PixelSize: ExpressibleByArgument, CustomStringConvertible {
  let width, height: Int

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  init?(argument: String) {
    let numbers = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let width = numbers[0], let height = numbers[1], (1...65500).contains(width),
      (1...65500).contains(height)
    else { return nil }
    self.init(width: width, height: height)
  }

  var description: String { "\(width)x\(height)" }
  var defaultValueDescription: String { description }
}
