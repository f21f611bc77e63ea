import ArgumentParser
import U2NetFiles
import U2Net

/// What `rembg i` and `rembg p` take, so that scripts that call these work with another program's name.
struct RembgOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "u2net or u2netp.")
  var model = Model.full

  @OptionGroup var matting: AlphaMattingOptions

  @Flag(name: [.customLong("om", withSingleDash: true), .customLong("only-mask")], help: "The mask only.")
  var onlyMask = false

  @Flag(name: [.customLong("ppm", withSingleDash: true), .customLong("post-process-mask")], help: "Clean the mask up.")
  var postProcess = false

  @Option(
    name: [.customLong("bgc", withSingleDash: true), .customLong("bgcolor")],
    help: ArgumentHelp("Background colour, four numbers.", valueName: "R G B A"))
  var background: CutoutSettings.Background?

  /// The same for `mask` or `cutout`.
  func run(_ input: String, _ output: String, _ more: [String]) throws {
    var arguments = [input, "-o", output, "-m", model.rawValue] + matting.arguments + more
    if postProcess { arguments.append("--post-process") }
    if onlyMask { return try Mask.parse(arguments).run() }
    var command = try Cutout.parse(arguments)
    command.settings.background = background
    try command.run()
  }

  /// rembg takes a colour as four arguments; here it is one.
  static func joiningColors(_ arguments: [String]) -> [String] {
    guard ["i", "p"].contains(arguments.first),
      let at = arguments.firstIndex(where: { ["-bgc", "--bgcolor"].contains($0) })
    else { return arguments }
    let numbers = arguments[(at + 1)...].prefix(4)
    guard numbers.count == 4, numbers.allSatisfy({ Int($0) != nil }) else { return arguments }
    return arguments[...at] + [numbers.joined(separator: ",")] + arguments[(at + 5)...]
  }
}

struct RembgFile: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "i", abstract: "As rembg i: one picture, with rembg's options.",
    discussion: "u2net i -m u2netp photo.jpg cut.png")

  @OptionGroup var options: RembgOptions

  @Argument(help: "Photo, - for standard input.", completion: .file())
  var input = "-"

  @Argument(help: "File to write, - for standard output.", completion: .file())
  var output = "-"

  func run() throws { try options.run(input, output, ["--existing", "overwrite"]) }
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

  @Argument(help: "Folder of photos.", completion: .directory)
  var input: String

  @Argument(help: "Folder to write to.", completion: .directory)
  var output: String

  func run() throws {
    let folder = FilePath(argument: input)
    guard folder.isFolder || !folder.exists else {
      throw ValidationError("\(folder): no folder; `u2net i` takes one picture")
    }
    guard folder.isFolder else { throw CommandFailure("\(folder): no such folder") }
    try options.run(input, output, ["--existing", "skip"] + (watch ? ["--watch"] : []))
  }
}
