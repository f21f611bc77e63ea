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
  var format: ImageFormat?

  var kind: ResultKind { background == nil ? .cutout : .composite }

  private var layout: CutoutLayout? { CutoutLayout(crops: crop, isSquare: square, size: size, margin: margin) }

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
}
