import U2NetCompute
import RSU

/// A nested U as data: eleven stages, each a block, and what is before and behind them.
public struct Configuration: Sendable {
  /// One block of the outer U, and where it stands.
  public struct Stage: Sendable {
    /// The paper's name: En_1 … En_6, De_5 … De_1.
    public let name: String
    /// What maps the stage's channels.
    public let block: any Block

    /// Stage `name`, computed by `block`.
    public init(_ name: String, _ block: any Block) {
      self.name = name
      self.block = block
    }
  }

  /// "full", "lite", "isnet", "cloth", "custom", or the kind of the blocks if they are not residual U-blocks.
  public let name: String
  /// En_1 … En_n from the image down; each halves what it passes on.
  public let encoders: [Stage]
  /// De_(n−1) … De_1 from the bottom up.
  public let decoders: [Stage]

  /// Channels that a 3×3 convolution of stride 2 makes of the picture before En_1; nil: En_1 reads the picture.
  public let stem: Int?
  /// Whether a 1×1 convolution weighs the side maps into one; otherwise the finest is the prediction.
  public let isFused: Bool
  /// Channels of each map: 1, or classes of which every pixel has one.
  public let classes: Int

  /// All stages in execution order.
  public var stages: [Stage] { encoders + decoders }

  /// A network of these stages.
  /// - Precondition: one decoder fewer than encoders, and every stage takes the channels that reach it.
  public init(
    name: String, encoders: [Stage], decoders: [Stage], stem: Int? = nil, isFused: Bool = true, classes: Int = 1
  ) {
    precondition(decoders.count == encoders.count - 1, "\(encoders.count) encoders, \(decoders.count) decoders")
    precondition(stem ?? 1 > 0 && classes > 0, "a stem of \(stem ?? 0) channels, \(classes) classes")
    self.name = name
    self.encoders = encoders
    self.decoders = decoders
    self.stem = stem
    self.isFused = isFused
    self.classes = classes
  }

  /// Channels of the picture.
  public var pictureChannels: Int { stem == nil ? encoders[0].block.widths.input : 3 }

  /// The same outer network with other stages.
  func with(stages: [Stage], name: String) -> Configuration {
    Configuration(
      name: name, encoders: Array(stages[..<encoders.count]), decoders: Array(stages[encoders.count...]), stem: stem,
      isFused: isFused, classes: classes)
  }

  /// "custom", or the kind of the blocks if all have one and it is not that of residual U-blocks.
  static func name(of stages: [Stage]) -> String {
    let kinds = Set(stages.map { BlockName($0.block.kind).kind })
    return kinds.count == 1 && kinds != [BlockKind.rsu.name] ? kinds.first! : "custom"
  }

  /// U²-Net: 44,009,869 trainable parameters (Qin et al. 2020, table 1).
  public static let full = Configuration(
    name: "full",
    encoders: [
      Stage("En_1", RSU(7, 3, 32, 64)),
      Stage("En_2", RSU(6, 64, 32, 128)),
      Stage("En_3", RSU(5, 128, 64, 256)),
      Stage("En_4", RSU(4, 256, 128, 512)),
      Stage("En_5", RSU4F(512, 256, 512)),
      Stage("En_6", RSU4F(512, 256, 512)),
    ],
    decoders: [
      Stage("De_5", RSU4F(1024, 256, 512)),
      Stage("De_4", RSU(4, 1024, 128, 256)),
      Stage("De_3", RSU(5, 512, 64, 128)),
      Stage("De_2", RSU(6, 256, 32, 64)),
      Stage("De_1", RSU(7, 128, 16, 64)),
    ])

  /// U²-Net†, the lite variant also called U²-Netp: 1,131,181 trainable parameters.
  public static let lite = Configuration(
    name: "lite",
    encoders: [
      Stage("En_1", RSU(7, 3, 16, 64)),
      Stage("En_2", RSU(6, 64, 16, 64)),
      Stage("En_3", RSU(5, 64, 16, 64)),
      Stage("En_4", RSU(4, 64, 16, 64)),
      Stage("En_5", RSU4F(64, 16, 64)),
      Stage("En_6", RSU4F(64, 16, 64)),
    ],
    decoders: [
      Stage("De_5", RSU4F(128, 16, 64)),
      Stage("De_4", RSU(4, 128, 16, 64)),
      Stage("De_3", RSU(5, 128, 16, 64)),
      Stage("De_2", RSU(6, 128, 16, 64)),
      Stage("De_1", RSU(7, 128, 16, 64)),
    ])

  /// IS-Net, for inputs of 1024×1024: 44,046,790 trainable parameters (Qin et al. 2022, "Highly Accurate Dichotomous Image
  /// Segmentation").
  public static let isnet = Configuration(
    name: "isnet", encoders: [Stage("En_1", RSU(7, 64, 32, 64))] + full.encoders.dropFirst(), decoders: full.decoders,
    stem: 64, isFused: false)

  /// U²-Net for four classes: nothing, clothes of the upper body, of the lower one, and of both.
  public static let cloth = Configuration(
    name: "cloth", encoders: full.encoders, decoders: full.decoders, classes: 4)

  /// The networks that have names.
  public static let named: [Configuration] = [.full, .lite, .isnet, .cloth]

  /// The same outer network with other blocks or other widths.
  /// - Parameters:
  ///   - blocks: their kind.
  ///   - widths: of the stages, in the order of `stages`.
  ///   - outer: what is before and behind the stages.
  public static func custom(
    blocks: BlockKind = .rsu, widths: [Widths], in outer: Configuration = .full
  ) -> Configuration {
    precondition(widths.count == full.stages.count, "\(full.stages.count) widths expected, not \(widths.count)")
    let stages = zip(full.stages, widths).map { Stage($0.name, blocks.block(inPlaceOf: $0.block, $1)) }
    return outer.with(stages: stages, name: name(of: stages))
  }

  /// The same widths with other blocks.
  public func with(blocks: BlockKind) -> Configuration {
    Configuration.custom(blocks: blocks, widths: stages.map(\.block.widths), in: self).named
  }

  /// The network's convolutions with their size for an input of `height` × `width` pixels, in execution order.
  /// - Precondition: no block gives two of its layers one name.
  public func outline(height: Int = 320, width: Int = 320) -> [Outline.Row] {
    let outline = Outline()
    let image = MapShape(channels: pictureChannels, height: height, width: width)
    _ = U2Net(self)(image, on: outline)
    let names = Set(outline.rows.map(\.layer.name))
    precondition(names.count == outline.rows.count, "two layers of the \(name) network have one name")
    return outline.rows
  }

  /// The network's convolutions in execution order.
  package var layers: [Convolution] { outline(height: 64, width: 64).map(\.layer) }

  /// Stage, side output or "fusion" → how many pixels of an input of `height` × `width` along one side a pixel of its
  /// result depends on (see `ReceptiveFields`).
  public func receptiveFields(height: Int = 320, width: Int = 320) -> [String: Int] {
    let engine = ReceptiveFields()
    let image = MapShape(channels: pictureChannels, height: height, width: width)
    _ = U2Net(self)(engine.input(image), on: engine)
    return engine.ofStages
  }
}
