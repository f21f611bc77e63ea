import ArgumentParser
import U2NetFiles
import U2NetImageFiles
import U2Net

/// Which photos to work on.
struct InputOptions: ParsableArguments {
  @Argument(help: "Photos (JPEG, PNG, WebP), folders of photos, or - for standard input.")
  var inputs: [String] = []

  @Option(
    help: ArgumentHelp(
      "Read more names from FILE, - for standard input: one a line, or separated by zero bytes.", valueName: "file"))
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
    let listed = try filesFrom.map { list throws(PipelineError) in try NameList.read(FilePath(argument: list)) }
    let search = PhotoSearch(include: include, exclude: exclude)
    return NamedInputs(
      arguments: inputs.map { FilePath(argument: $0) }, listed: listed?.filter(search.takes(listed:)),
      listLength: listed?.count ?? 0)
  }

  /// The photos, and what could not be looked into.
  /// - Parameter outputs: folders for results, which are not searched for photos.
  func search(_ named: NamedInputs, outside outputs: [FilePath]) -> PhotoSearch {
    var search = PhotoSearch(include: include, exclude: exclude, outputs: outputs)
    for name in named.arguments { search.add(name) }
    for name in named.listed ?? [] { search.add(listed: name) }
    if let filesFrom, named.listed?.isEmpty == true {
      let list = FilePath(argument: filesFrom)
      search.add(emptyList: list == .standardStream ? "standard input" : "\(list)", of: named.listLength)
    }
    return search
  }

  /// Whether a photo is in the part that is wanted.
  func isInShard(_ photo: Photo) -> Bool { shard?.contains(photo) ?? true }
}

/// Files and folders that the command line, or a list, names.
struct NamedInputs {
  let arguments: [FilePath]
  /// Those of the list's that are wanted; nil without a list.
  let listed: [FilePath]?
  /// How many names the list has.
  let listLength: Int

  /// Whether results need a folder. One argument that is no folder is one photo; so is a list of one name, or a file that is named
  /// several times, where the output is called like a picture.
  func needFolder(at output: FilePath) -> Bool {
    let names = arguments + (listed ?? [])
    if names.contains(where: \.isFolder) { return true }
    if arguments.count == 1, listed == nil { return false }
    let isPicture = output == .standardStream || ImageFormat(fileExtension: output.fileExtension) != nil
    return !isPicture || PhotoSearch.count(of: names) > 1
  }
}

extension Shard: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}
