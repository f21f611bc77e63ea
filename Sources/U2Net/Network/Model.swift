/// The networks of the family for which somebody published weights.
public enum Model: String, CaseIterable, Sendable {
  /// U²-Net† for anything that stands out, which its authors call u2netp: 1.1 million parameters.
  case lite
  /// U²-Net for anything that stands out: 44 million parameters.
  case full
  /// IS-Net for anything that stands out, at 1024×1024 pixels.
  case isnet
  /// IS-Net for drawn figures.
  case isnetAnime = "isnet-anime"
  /// U²-Net for people.
  case human
  /// U²-Net for clothes: of the upper body, of the lower one, of both.
  case cloth
  /// U²-Net for anything that stands out, in a file of a quarter of the size.
  case silueta

  /// What rembg calls it.
  public var publishedName: String {
    switch self {
    case .lite: "u2netp"
    case .full: "u2net"
    case .isnet: "isnet-general-use"
    case .isnetAnime: "isnet-anime"
    case .human: "u2net_human_seg"
    case .cloth: "u2net_cloth_seg"
    case .silueta: "silueta"
    }
  }

  /// Accepts rembg's names, too: u2net is full, u2netp lite.
  public init?(name: String) {
    guard let model = Self.allCases.first(where: { [$0.rawValue, $0.publishedName].contains(name) }) else { return nil }
    self = model
  }

  /// What computes; nil where only the file says which widths it has.
  public var configuration: Configuration? {
    switch self {
    case .lite: .lite
    case .full, .human: .full
    case .isnet, .isnetAnime: .isnet
    case .cloth: .cloth
    case .silueta: nil
    }
  }

  /// What its weights were trained to see. Source: the authors' code, or rembg's, which runs them.
  public var input: NetworkInput {
    self == .isnetAnime
      ? NetworkInput(size: 1024, mean: NetworkInput.u2net.mean, deviation: [1, 1, 1])
      : configuration?.input ?? .u2net
  }

  /// Whether weights of `network` can be this model's.
  public func accepts(_ network: Configuration) -> Bool {
    guard let configuration else { return network.stem == nil && network.isFused && network.classes == 1 }
    return network.name == configuration.name
  }
}
