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
public struct U2Net: Sendable {
  /// Its eleven stages.
  public let configuration: Configuration

  /// The network of these stages.
  public init(_ configuration: Configuration) { self.configuration = configuration }

  /// The network's seven saliency maps before the sigmoid, each 1×H×W at the image's size.
  public struct Logits<FeatureMap> {
    /// The prediction: a learned weighting of the six side outputs.
    public let fused: FeatureMap
    /// side1 … side6, from the finest to the coarsest; they exist for deep supervision.
    public let sides: [FeatureMap]

    /// Fused first, then side1 … side6.
    public var all: [FeatureMap] { [fused] + sides }
  }

  /// image: 3×H×W, normalised as the weights expect; H, W ≥ 32, any parity.
  public func callAsFunction<E: Engine>(_ image: E.FeatureMap, on engine: E) -> Logits<E.FeatureMap> {
    var encoded: [E.FeatureMap] = []
    for stage in configuration.encoders {
      let input = encoded.last.map(engine.maxPool) ?? image
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
      engine.convolution(map.0, plain("side\(index + 1)", map.1, kernel: 3))
    }
    let upsampled = sides.map { engine.upsample($0, like: sides[0]) }
    let fused = engine.convolution(engine.concatenate(upsampled), plain("fusion", sides.count, kernel: 1))
    return Logits(fused: fused, sides: upsampled)
  }

  /// A convolution to one channel, without normalisation or ReLU.
  private func plain(_ stage: String, _ input: Int, kernel: Int) -> Convolution {
    Convolution(
      LayerName(stage: stage), input: input, output: 1, kernel: kernel, isNormalized: false, hasReLU: false)
  }
}
