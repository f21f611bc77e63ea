internal import U2NetFiles
import U2NetNetwork

extension PretrainedWeights {
  /// Where a model's weights are on this machine.
  public enum Location: Equatable, Sendable {
    /// In this library.
    case builtIn
    /// Converted, in this file of the cache folder.
    case cache(String)
    /// In this ONNX file of rembg's, which is the published one.
    case rembg(String)
    /// Nowhere.
    case absent
  }

  /// Where the weights are that `TrainedNetwork.pretrained(_:cache:remark:)` takes.
  /// - Parameters:
  ///   - cache: the folder for converted weights, `defaultCache` if nil.
  ///   - remark: told of files that are called as the weights are and are not these.
  public func location(cache: String? = nil, remark: (String) -> Void = { _ in }) -> Location {
    location(cache: cache, in: RembgFolders(), remark: remark)
  }

  package func location(cache: String?, in rembg: RembgFolders, remark: (String) -> Void) -> Location {
    if isBuiltIn { return .builtIn }
    let file = file(in: FilePath(cache ?? Self.defaultCache))
    if file.exists {
      do throws(WeightFileError) {
        _ = try network(cache: cache)
        return .cache("\(file)")
      } catch { remark("\(error)") }
    }
    return rembg.file(of: self, remark: remark).map { .rembg("\($0)") } ?? .absent
  }
}

extension TrainedNetwork {
  /// A published model: lite from inside this library, the others from the cache folder. Where that lacks one, but the published
  /// ONNX file is in a folder of rembg's, known by its checksum, it is converted into the cache folder: that takes a second once,
  /// and nothing afterwards. Nothing is downloaded, and nothing is written into rembg's folders.
  /// - Parameters:
  ///   - model: which of them.
  ///   - cache: the folder, `PretrainedWeights.defaultCache` if nil.
  ///   - remark: told what was found, and what is called as the weights are and is not these.
  /// - Throws: `WeightFileError`; if it is not there yet, it says how to get it.
  public static func pretrained(
    _ model: Model, cache: String? = nil, remark: (String) -> Void
  ) throws -> TrainedNetwork {
    try PretrainedWeights(model).network(cache: cache, in: RembgFolders(), remark: remark)
  }
}

extension PretrainedWeights {
  /// See `TrainedNetwork.pretrained(_:cache:remark:)`.
  package func network(
    cache: String?, in rembg: RembgFolders, remark: (String) -> Void
  ) throws -> TrainedNetwork {
    let folder = FilePath(cache ?? Self.defaultCache), kept = file(in: folder)
    guard !isBuiltIn, !kept.exists, let found = rembg.file(of: self, remark: remark) else {
      return try network(cache: cache)
    }
    do {
      try folder.appending([]).makeFolder()
      try convert(found, from: "\(found)", to: kept)
    } catch {
      // A home that cannot be written, a full disk: no reason not to work.
      remark("\(found): this is the published \(model.rawValue) model, but it cannot be kept: \(error)")
      return try TrainedNetwork(contentsOf: found, as: model)
    }
    remark("\(found): this is the published \(model.rawValue) model; from now on it is in \(kept)")
    return try network(cache: cache)
  }
}
