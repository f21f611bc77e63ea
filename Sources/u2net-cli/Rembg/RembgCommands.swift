import ArgumentParser
import U2NetFiles
import U2NetPlatform
import U2Net

struct RembgFile: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "i", abstract: "As rembg i: one picture, with rembg's options.",
    discussion: """
      u2net i -m u2netp photo.jpg cut.png
      u2net i photo.jpg                     writes photo.out.png, in a pipe standard output
      """)

  @OptionGroup var options: RembgOptions

  @Argument(help: "Photo, - for standard input.", completion: .file())
  var input = "-"

  @Argument(help: "File to write, - for standard output.", completion: .file())
  var output: String?

  func run() throws {
    let photo = FilePath(argument: input), isTerminal = isatty(STDOUT_FILENO) != 0
    guard photo != .standardStream || isatty(STDIN_FILENO) == 0 else {
      throw ValidationError("Missing expected argument '<input>'")
    }
    guard output != nil || !isTerminal || photo != .standardStream else {
      throw ValidationError("a picture makes no sense on a terminal: name a file to write")
    }
    let unnamed = isTerminal ? photo.withoutExtension + ".out.png" : .standardStream
    try options.run(input, output.map { FilePath(argument: $0) } ?? unnamed, ["--existing", "overwrite"])
  }
}

struct RembgFolder: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "p", abstract: "As rembg p: a folder of pictures, with rembg's options.",
    discussion: """
      u2net p -m u2netp photos/ cuts/

      As with rembg, photos whose results exist are skipped.
      """)

  @OptionGroup var options: RembgOptions

  @Flag(name: .shortAndLong, help: "Wait for new photos when all are done.")
  var watch = false

  @Flag(name: [.customShort("d"), .customLong("delete_input")], help: .hidden)
  var deleteInput = false

  @Flag(help: "Accepted: nothing costs anything here.")
  var acceptUsageCost = false

  @Argument(help: "Folder of photos.", completion: .directory)
  var input: String

  @Argument(help: "Folder to write to.", completion: .directory)
  var output: String

  func validate() throws {
    guard !deleteInput else {
      throw ValidationError("-d: no photo is ever deleted; delete them when this has ended with 0: then all are done")
    }
  }

  func run() throws {
    let folder = FilePath(argument: input)
    guard folder.isFolder || !folder.exists else {
      throw ValidationError("\(folder): no folder; `u2net i` takes one picture")
    }
    guard folder.isFolder else { throw CommandFailure(lines: ["\(folder): no such folder"]) }
    try options.run(input, FilePath(argument: output), ["--existing", "skip"] + (watch ? ["--watch"] : []))
  }
}

struct RembgStream: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "b", abstract: "As rembg b: raw RGB frames from standard input to PNG pictures.",
    discussion: """
      ffmpeg -v error -i in.mp4 -f rawvideo -pix_fmt rgb24 - | u2net b 1280 720 -o 'out/frame-%05d.png'

      Without -o the pictures go to standard output, one after the other; `u2net frames` writes raw ones.
      """)

  @OptionGroup var options: RembgOptions

  @Option(
    name: [.customShort("o"), .customLong("output_specifier")],
    help: ArgumentHelp("Names of the pictures, with %d or %05d for their numbers from 0.", valueName: "names"))
  var output: String?

  @Argument(help: "Width of the frames in pixels.")
  var width: Int

  @Argument(help: "Their height.")
  var height: Int

  func validate() throws {
    guard width > 0, height > 0, RawFrames.fits(width: width, height: height) else {
      throw ValidationError("frames have 1 to 16384 pixels a side and at most 256 megapixels, not \(width) x \(height)")
    }
  }

  func run() throws {
    let arguments = try options.arguments()
    var frames = RawFrames(width: width, height: height), model = try ModelOptions.parse([])
    try options.choose(&model, by: arguments)
    frames.output = arguments.onlyMask ? .gray8 : .rgba
    (frames.mask, frames.keepsColors) = (arguments.mask, arguments.cutout.keepsColors)
    (frames.background, frames.encodesPNG) = (arguments.background, true)
    try inUsersWords { () throws(SettingsError) in try frames.mask.validate() }
    if let weights = model.weights { frames.inUse.add(FilePath(weights), as: "the weights") }
    if let output {
      let names = try NumberedNames(FilePath(output: output))
      try frames.runStandardInput(model.network(), detection: model.detection, cores: model.threads, into: names)
    } else {
      try frames.runStandardStreams(model.network(), detection: model.detection, cores: model.threads)
    }
  }
}
