import ArgumentParser
import U2NetFiles
import U2Net

struct Cutout: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Cut the object out of each photo: onto transparency, or a background.",
    discussion: """
      u2net cutout photo.jpg -o cut.png
      u2net cutout photos/ -o cuts/ -m full --refine guided --mask masks/
      u2net cutout photo.jpg -o white.jpg --background '#ffffff' --crop --margin 5% --square --size 2000x2000

      Where object and background mix, at soft edges, the object's own colours are estimated, so that nothing of the old
      background shines through on a new one.
      """)

  @OptionGroup var options: PhotoOptions

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "File to write (.png, .webp, .jpg), - for a PNG on standard output; a folder for several photos.",
      valueName: "path"), completion: .file())
  var output: String

  @Option(help: ArgumentHelp("Write masks here, too.", valueName: "path"), completion: .file())
  var mask: String?

  @OptionGroup var settings: CutoutOptions

  func run() throws {
    let inputs = try options.input.read(), path = FilePath(argument: output)
    var destinations = [try inputs.destination(settings.kind, path, format: settings.format)]
    if let mask { destinations.append(try inputs.destination(.mask, FilePath(argument: mask), format: nil)) }
    try options.run(destinations, of: inputs, cutout: settings)
  }
}
