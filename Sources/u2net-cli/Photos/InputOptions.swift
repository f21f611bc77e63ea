import ArgumentParser
import U2NetFiles
import U2Net

/// Which photos to work on.
struct InputOptions: ParsableArguments {
  @Argument(help: "Photos (JPEG, PNG, WebP), folders of photos, or - for standard input.", completion: .file())
  var inputs: [String] = []

  @Option(
    help: ArgumentHelp(
      "Read more names from FILE, - for standard input: one a line, or separated by zero bytes.", valueName: "file"),
    completion: .file())
  var filesFrom: String?

  @Option(
    help: ArgumentHelp(
      "Of a folder, or of --files-from, only what matches, e.g. '*.jpg'; may be repeated.", valueName: "pattern"))
  var include: [String] = []

  @Option(help: ArgumentHelp("Of these not what matches, e.g. 'old/*'; may be repeated.", valueName: "pattern"))
  var exclude: [String] = []

  @Option(help: ArgumentHelp("Only part I of N, 1/N to N/N: the same photos for the same N.", valueName: "I/N"))
  var shard: Shard?

  @Option(help: "Refuse photos with more megapixels than this.")
  var maxMegapixels = ImageFile.defaultPixelLimit / 1_000_000

  func validate() throws {
    guard !inputs.isEmpty || filesFrom != nil else { throw ValidationError("Missing expected argument '<inputs> ...'") }
    guard (1...1_000_000).contains(maxMegapixels) else {
      throw ValidationError("--max-megapixels must be 1 to 1000000, not \(maxMegapixels)")
    }
    if inputs.contains("-"), inputs.count > 1 || filesFrom != nil {
      throw ValidationError("a photo on standard input must be the only one")
    }
  }

  /// What is named, which for standard input can be asked once.
  func read() throws(PipelineError) -> NamedInputs {
    try NamedInputs(
      inputs.map { FilePath(argument: $0) }, listedIn: filesFrom.map { FilePath(argument: $0) }, include: include,
      exclude: exclude)
  }
}
