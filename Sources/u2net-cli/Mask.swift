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
    if cutout != nil { return try settings.checkTransparency() }
    if let flag = settings.given { throw ValidationError("\(flag) has no effect without --cutout") }
  }

  func run() throws {
    let inputs = try options.input.read(), format = settings.format?.imageFormat
    let cutouts = try cutout.map { FilePath(argument: $0) }.map { path throws(PipelineError) in
      try inputs.destination(settings.kind, path, format: format)
    }
    let path = FilePath(argument: output), several = inputs.needFolder(at: path)
    // Beside a mask with a name of its own --format is what the cut-outs in a folder are.
    let isForCutouts = cutouts?.folder != nil && !several && !path.isFolder && !path.endsInSeparator
    let masks = try Destination(.mask, path, several: several, format: isForCutouts ? nil : format)
    try options.run([masks] + [cutouts].compactMap { $0 }, of: inputs, cutout: settings)
  }
}
