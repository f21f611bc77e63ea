import ArgumentParser
import U2NetFiles
import U2Net

struct Product: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make a shop's set of each photo: mask, cut-out and a square picture on white.",
    discussion: """
      u2net product photos/ -o shop/ -m full
      u2net product photos/ -o shop/ --size 1600x1600 --margin 8% --names '{name}_{kind}'

      From photos/red/mug.jpg: shop/red/mug-mask.png, shop/red/mug-cutout.png and shop/red/mug-white.jpg.
      """)

  @OptionGroup var options: PhotoOptions

  @Option(name: .shortAndLong, help: ArgumentHelp("Folder to write to.", valueName: "dir"), completion: .directory)
  var output: String

  @Option(help: ArgumentHelp("What results are called; kinds are mask, cutout and white.", valueName: "pattern"))
  var names = "{name}-{kind}"

  @Option(help: "Size of the square picture in pixels.")
  var size = PixelSize(width: 2000, height: 2000)

  @Option(help: ArgumentHelp("Room around the object, in per cent of its longer side or in pixels.", valueName: "n%|n"))
  var margin = CutoutLayout.Margin.share(0.05)

  @Option(help: "What is behind the object: a colour, a picture's name, or blur:SIGMA.")
  var background = CutoutSettings.Background.color(.white)

  @Flag(help: "Keep the photo's colours at soft edges.")
  var keepColors = false

  func run() throws {
    let set = try Destination.shopSet(in: FilePath(argument: output), names: NamePattern(names))
    var settings = CutoutOptions()
    (settings.background, settings.keepColors, settings.crop) = (background, keepColors, true)
    (settings.square, settings.size, settings.margin) = (size.width == size.height, size, margin)
    try options.run(set, of: options.input.read(), cutout: settings)
  }
}
