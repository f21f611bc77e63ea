import ArgumentParser
import U2Net

/// rembg's alpha matting: whether, and what of a mask is certain.
struct AlphaMattingOptions: ParsableArguments {
  @Flag(
    name: [.customShort("a"), .long], help: "Solve for the alpha of soft edges, as hair has them: closed-form matting.")
  var alphaMatting = false

  @Option(
    name: [.customLong("af", withSingleDash: true), .customLong("alpha-matting-foreground-threshold")],
    help: "With -a: above this grey value a pixel is object for sure (default: 240).")
  var foregroundThreshold: UInt8?

  @Option(
    name: [.customLong("ab", withSingleDash: true), .customLong("alpha-matting-background-threshold")],
    help: "With -a: below this grey value a pixel is background for sure (default: 10).")
  var backgroundThreshold: UInt8?

  @Option(
    name: [.customLong("ae", withSingleDash: true), .customLong("alpha-matting-erode-size")],
    help: "With -a: what is sure is eroded by a square so many pixels wide; 0 erodes by a plus of 3 (default: 10).")
  var erodeSize: Int?

  @Option(
    help: """
      With -a: fast (default; of many unknown pixels first coarsely, then finely) or exact (as rembg to the last levels, in two to four \
      times the time).
      """)
  var matting: ClosedFormMatting.Method?

  func validate() throws { try inUsersWords { () throws(SettingsError) in try certainties.validate() } }

  var certainties: TrimapOptions {
    var options = TrimapOptions(
      foregroundThreshold: foregroundThreshold ?? 240, backgroundThreshold: backgroundThreshold ?? 10)
    options.erosion = erodeSize ?? 10
    return options
  }

  /// nil: no matting.
  var trimap: TrimapOptions? { alphaMatting ? certainties : nil }

  /// rembg takes what is certain without matting, too, and does nothing with it.
  /// - Parameter trimap: whether photos have trimaps of their own.
  func checkUse(trimap: Bool = false) throws(ValidationError) {
    let certain = [("-af", foregroundThreshold != nil), ("-ab", backgroundThreshold != nil), ("-ae", erodeSize != nil)]
    if trimap {
      guard let (flag, _) = certain.first(where: \.1) else { return }
      throw ValidationError("\(flag) has no effect with --trimap")
    }
    guard !alphaMatting, let (flag, _) = (certain + [("--matting", matting != nil)]).first(where: \.1) else { return }
    throw ValidationError("\(flag) has no effect without --alpha-matting")
  }

  /// Makes this what rembg's arguments say.
  mutating func set(_ arguments: RembgArguments) {
    let certain = arguments.trimap
    alphaMatting = arguments.alphaMatting
    (foregroundThreshold, backgroundThreshold) = (certain.foregroundThreshold, certain.backgroundThreshold)
    (erodeSize, matting) = (certain.erosion, .exact)
  }
}
