import ArgumentParser
import U2NetFiles
import U2Net

struct Mask: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a grey picture of each photo's size: white where the object is.",
    discussion: """
      u2net mask photo.jpg -o mask.png
      u2net mask photos/ -o masks/ -m full
      cat photo.jpg | u2net mask - -o - > mask.png
      """)

  @OptionGroup var options: PhotoOptions

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("File to write, - for standard output; a folder for several photos.", valueName: "path"),
    completion: .file())
  var output: String

  @Option(help: ArgumentHelp("Write cut-outs here, too.", valueName: "path"), completion: .file())
  var cutout: String?

  @OptionGroup var settings: CutoutOptions

  func validate() throws {
    if cutout == nil, let flag = settings.given { throw ValidationError("\(flag) has no effect without --cutout") }
  }

  func run() throws {
    let inputs = try options.input.read(), cutouts = cutout.map { (settings.kind, FilePath(argument: $0)) }
    let destinations = try inputs.destinations(
      ofMasks: FilePath(argument: output), cutouts: cutouts, format: settings.format)
    try options.run(destinations, of: inputs, cutout: settings)
  }
}
