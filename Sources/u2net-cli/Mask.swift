import ArgumentParser
import Files

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
    help: ArgumentHelp("File to write, - for standard output; a folder for several photos.", valueName: "path"))
  var output: String

  @Option(help: ArgumentHelp("Write cut-outs here, too.", valueName: "path"))
  var cutout: String?

  @OptionGroup var settings: CutoutOptions

  func run() throws {
    let several = options.input.areSeveral
    var destinations = [
      try Destination(.mask, FilePath(argument: output), several: several, fileExtension: "png")
    ]
    if let cutout {
      destinations.append(
        try Destination(
          settings.kind, FilePath(argument: cutout), several: several, fileExtension: settings.format.rawValue))
    }
    try options.run(destinations, cutout: settings)
  }
}
