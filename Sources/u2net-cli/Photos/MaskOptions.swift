import ArgumentParser
import U2Net

/// How a photo's mask is made.
struct MaskOptions: ParsableArguments {
  @OptionGroup var model: ModelOptions

  @Option(help: "How photos are resized: rembg (anti-aliased) or authors (as the paper's code did).")
  var preprocess: Preprocessing = .rembg

  @Option(help: "Grey values: minmax (stretched to the full range) or sigmoid (the probabilities as they are).")
  var normalize: Normalization = .minmax

  @Option(help: "Edges: none (as the network draws them, enlarged) or guided (they follow the photo's).")
  var refine = MaskSettings.Refinement.none

  @OptionGroup var matting: AlphaMattingOptions

  @Option(
    help: ArgumentHelp(
      "Grey values, in per cent, that become black and white, and a gamma for those between.",
      valueName: "black,white[,gamma]"))
  var levels: LevelCurve?

  @Option(
    help: ArgumentHelp("Grey values from so many per cent on become white, all others black.", valueName: "percent"))
  var threshold: Double?

  @Option(
    help: ArgumentHelp("Remove parts smaller than so many pixels, or per cent of the largest part.", valueName: "n|n%"))
  var minRegion: RegionSize?

  @Option(
    help: ArgumentHelp("Fill holes smaller than so many pixels, or per cent of the largest part.", valueName: "n|n%"))
  var minHole: RegionSize?

  @Option(help: ArgumentHelp("Let the object grow by so many pixels, or shrink if negative.", valueName: "pixels"))
  var grow = 0.0

  @Option(help: ArgumentHelp("Soften edges by a Gaussian of this sigma.", valueName: "pixels"))
  var feather = 0.0

  @Flag(
    name: [.customLong("ppm", withSingleDash: true), .customLong("post-process"), .customLong("post-process-mask")],
    help: "rembg's clean-up: smooth, then black or white only.")
  var postProcess = false

  func validate() throws { try inUsersWords { () throws(SettingsError) in try settings.validate() } }

  var detection: SaliencyDetector.Options {
    var options = model.detection
    (options.preprocessing, options.normalization) = (preprocess, normalize)
    return options
  }

  var settings: MaskSettings {
    var settings = MaskSettings()
    settings.postProcesses = postProcess
    settings.refinement = refine
    settings.matting = matting.trimap
    settings.mattingMethod = matting.matting ?? .fast
    settings.levels = levels
    settings.minRegion = minRegion
    settings.minHole = minHole
    settings.grow = grow
    settings.threshold = threshold.map { $0 / 100 }
    settings.feather = feather
    return settings
  }
}
