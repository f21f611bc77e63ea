import ArgumentParser
import U2Net

/// rembg's alpha matting: whether, and what of a mask is certain.
struct AlphaMattingOptions: ParsableArguments {
  @Flag(
    name: [.customShort("a"), .long], help: "Solve for the alpha of soft edges, as hair has them: closed-form matting.")
  var alphaMatting = false

  @Option(
    name: [.customLong("af", withSingleDash: true), .customLong("alpha-matting-foreground-threshold")],
    help: "Above this grey value a pixel is object for sure.")
  var foregroundThreshold: UInt8 = 240

  @Option(
    name: [.customLong("ab", withSingleDash: true), .customLong("alpha-matting-background-threshold")],
    help: "Below this grey value a pixel is background for sure.")
  var backgroundThreshold: UInt8 = 10

  @Option(
    name: [.customLong("ae", withSingleDash: true), .customLong("alpha-matting-erode-size")],
    help: "What is sure is eroded by a square so many pixels wide; 0 erodes by a plus of 3.")
  var erodeSize = 10

  func validate() throws { try inUsersWords { () throws(SettingsError) in try certainties.validate() } }

  private var certainties: TrimapOptions {
    var options = TrimapOptions(foregroundThreshold: foregroundThreshold, backgroundThreshold: backgroundThreshold)
    options.erosion = erodeSize
    return options
  }

  /// nil: no matting.
  var trimap: TrimapOptions? { alphaMatting ? certainties : nil }

  /// What says the same on a command line.
  var arguments: [String] {
    ["-af", "\(foregroundThreshold)", "-ab", "\(backgroundThreshold)", "-ae", "\(erodeSize)"]
      + (alphaMatting ? ["--alpha-matting"] : [])
  }
}
