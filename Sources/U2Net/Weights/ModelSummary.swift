import U2NetNetwork
import U2NetPlatform

/// A published model: what its weights are, and where they are on this machine.
public struct ModelSummary: Encodable, Sendable {
  /// What it is called here, and by its authors and rembg.
  public let model, publishedName: String
  /// "built in", "cache", "rembg" or "absent"; see `PretrainedWeights.Location`.
  public let location: String
  /// The file of the weights, if there is one.
  public let path: String?
  /// Of the published ONNX file; nil where that is not known.
  public let bytes: Int?
  /// The weights' licence, the checksum of the published ONNX file, and where that comes from.
  public let licence, checksum, url: String
  /// What is called as the weights are and is not these.
  public let remarks: [String]

  /// Looks for a model's weights.
  /// - Parameters:
  ///   - model: which.
  ///   - cache: the folder for converted weights, `PretrainedWeights.defaultCache` if nil.
  public init(_ model: Model, cache: String? = nil) {
    self.init(model, cache: cache, in: RembgFolders())
  }

  package init(_ model: Model, cache: String?, in rembg: RembgFolders) {
    let weights = PretrainedWeights(model)
    var remarks: [String] = []
    switch weights.location(cache: cache, in: rembg, remark: { remarks.append($0) }) {
    case .builtIn: (location, path) = ("built in", nil)
    case .cache(let path): (location, self.path) = ("cache", path)
    case .rembg(let path): (location, self.path) = ("rembg", path)
    case .absent: (location, path) = ("absent", nil)
    }
    (self.model, publishedName, self.remarks) = (model.rawValue, model.publishedName, remarks)
    (bytes, licence, checksum, url) = (weights.byteCount, weights.licence, "\(weights.checksum)", weights.url)
  }

  /// The models, lite and full first.
  /// - Parameter cache: the folder for converted weights, `PretrainedWeights.defaultCache` if nil.
  public static func all(cache: String? = nil) -> [ModelSummary] {
    Model.allCases.map { ModelSummary($0, cache: cache) }
  }

  /// For people: the model and where it is, then what it is, and remarks.
  public var lines: [String] {
    let place =
      switch location {
      case "absent": "absent; get it with `u2net weights \(model)`"
      case "rembg": "\(path!), rembg's"
      default: path ?? location
      }
    let megabytes = bytes.map { "\(fixed(Double($0) / 1e6, places: 1)) MB, " } ?? ""
    return ["\(model)  \(place)", "      \(publishedName).onnx, \(megabytes)\(licence), \(checksum)"]
      + remarks.map { "      \($0)" }
  }
}
