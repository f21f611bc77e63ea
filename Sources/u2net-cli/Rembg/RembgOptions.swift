import ArgumentParser
import U2NetFiles
import U2Net

/// What `rembg i`, `p` and `b` take, so that scripts that call these work with another program's name.
struct RembgOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, help: "u2net (default), another of `u2net models`, or u2net_custom for a file that -x names.")
  var model = Model.full.publishedName

  @OptionGroup var matting: AlphaMattingOptions

  @Flag(name: [.customLong("om", withSingleDash: true), .customLong("only-mask")], help: "The mask only.")
  var onlyMask = false

  @Flag(name: [.customLong("ppm", withSingleDash: true), .customLong("post-process-mask")], help: "Clean the mask up.")
  var postProcess = false

  @Flag(
    name: [.customLong("dc", withSingleDash: true), .customLong("decontaminate")],
    help: "The object's own colours at soft edges: done in any case.")
  var decontaminate = false

  @Flag(name: [.customLong("vm", withSingleDash: true), .customLong("vitmatte")], help: .hidden)
  var vitmatte = false

  @Option(
    name: [.customLong("bgc", withSingleDash: true), .customLong("bgcolor")],
    help: ArgumentHelp("Background colour, four numbers.", valueName: "R G B A"))
  var background: Color?

  @Option(
    name: [.customShort("x"), .long],
    help: ArgumentHelp("More of rembg's arguments, as a JSON object.", valueName: "json"))
  var extras: String?

  func validate() throws {
    guard !vitmatte else { throw ValidationError("-vm: \(RembgArguments.withoutViTMatte)") }
  }

  /// All of them together: what the extras say counts.
  func arguments() throws(PipelineError) -> RembgArguments {
    var arguments = RembgArguments()
    (arguments.alphaMatting, arguments.trimap) = (matting.alphaMatting, matting.certainties)
    (arguments.onlyMask, arguments.postProcessesMask, arguments.background) = (onlyMask, postProcess, background)
    if let extras { try arguments.apply(extras: extras) }
    return arguments
  }

  /// Has `model` use the weights that the name of rembg's means.
  func choose(_ model: inout ModelOptions, by arguments: RembgArguments) throws(PipelineError) {
    model.clothes = arguments.clothes
    switch try arguments.weights(of: self.model) {
    case .model(let published): model.model = published
    case .file(let path): model.weights = path
    }
  }

  /// Works on photos as `mask` and `cutout` do.
  func run(_ input: String, _ output: FilePath, _ more: [String]) throws {
    let arguments = try arguments()
    var options = try PhotoOptions.parse([input] + more)
    try choose(&options.mask.model, by: arguments)
    options.mask.matting.set(arguments)
    options.mask.postProcess = arguments.postProcessesMask
    var cutout = try CutoutOptions.parse([])
    (cutout.keepColors, cutout.background) = (arguments.cutout.keepsColors, arguments.cutout.background)
    let inputs = try options.input.read(), kind = arguments.onlyMask ? .mask : cutout.kind
    let destination = try inputs.destination(kind, output, format: nil)
    try options.run([destination], of: inputs, cutout: cutout)
  }
}

extension Color: ExpressibleByArgument {}
