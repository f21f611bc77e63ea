import U2NetCompute
import RSU

/// U²-Net: a U-Net whose every stage is itself a U (Qin et al. 2020, section 3.2).
///
///     image ─ En_1 ─────────────────────────── De_1 ─ side1 ─┐
///               ╲ pool                      up ╱             │
///               En_2 ───────────────────  De_2 ─── side2 up ─┤
///                 …                         …                ├─ fusion
///                 En_5 ─────────────── De_5 ────── side5 up ─┤
///                   ╲ pool          up ╱                     │
///                   En_6 ───────────────────────── side6 up ─┘
///
/// Each decoder reads [what comes from below, resized; the encoder's map of the same size], in this order.
///
/// IS-Net (Qin et al. 2022) is the same with a stem, a convolution that halves the picture before En_1, and without the fusion;
/// its side maps are resized to the picture's size.
public struct U2Net: Sendable {
  /// Its eleven stages.
  public let configuration: Configuration

  /// The network of these stages.
  public init(_ configuration: Configuration) { self.configuration = configuration }

  /// The network's maps before the sigmoid, each K×H×W at the image's size, K being the number of classes.
  public struct Logits<FeatureMap> {
    /// A learned weighting of the six side outputs; nil where the network has none.
    public let fused: FeatureMap?
    /// side1 … side6, from the finest to the coarsest; they exist for deep supervision.
    public let sides: [FeatureMap]

    /// What counts: the fused map, else the finest.
    public var prediction: FeatureMap { fused ?? sides[0] }
    /// What a training supervises: the fused map, if there is one, then side1 … side6.
    public var all: [FeatureMap] { [fused].compactMap { $0 } + sides }
  }

  /// image: 3×H×W, normalised as the weights expect; H, W ≥ 32, or 64 with a stem, any parity.
  public func callAsFunction<E: Engine>(_ image: E.FeatureMap, on engine: E) -> Logits<E.FeatureMap> {
    var encoded: [E.FeatureMap] = []
    for stage in configuration.encoders {
      let input = encoded.last.map(engine.maxPool) ?? stem(image, engine)
      encoded.append(stage.block(input, stage: stage.name, on: engine))
    }

    // Deepest first; turned round below so that side1 is the finest.
    var decoded = [encoded.last!]
    for (stage, skip) in zip(configuration.decoders, encoded.dropLast().reversed()) {
      let below = engine.upsample(decoded.last!, like: skip)
      decoded.append(stage.block(engine.concatenate([below, skip]), stage: stage.name, on: engine))
    }

    let channels =
      [configuration.encoders.last!.block.widths.output] + configuration.decoders.map(\.block.widths.output)
    let sides = zip(decoded, channels).reversed().enumerated().map { index, map in
      engine.convolution(map.0, plain("side\(index + 1)", map.1, configuration.classes, kernel: 3))
    }
    let upsampled = sides.map { engine.upsample($0, like: image) }
    guard configuration.isFused else { return Logits(fused: nil, sides: upsampled) }
    let classes = configuration.classes, fusion = plain("fusion", sides.count * classes, classes, kernel: 1)
    return Logits(fused: engine.convolution(engine.concatenate(upsampled), fusion), sides: upsampled)
  }

  /// What En_1 reads.
  private func stem<E: Engine>(_ image: E.FeatureMap, _ engine: E) -> E.FeatureMap {
    guard let channels = configuration.stem else { return image }
    return engine.convolution(
      image, plain("stem", configuration.pictureChannels, channels, kernel: 3, stride: 2))
  }

  /// A convolution without normalisation or ReLU.
  private func plain(_ stage: String, _ input: Int, _ output: Int, kernel: Int, stride: Int = 1) -> Convolution {
    Convolution(
      LayerName(stage: stage), input: input, output: output, kernel: kernel, stride: stride, isNormalized: false,
      hasReLU: false)
  }
}
