/// Interprets a network by following how far its layers see: the receptive field, in pixels of the input along one axis.
///
/// A map has a field r and a jump j, the distance of neighbouring pixels in pixels of the input. The input has r = 1, j = 1,
/// and with the usual recurrence (Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional neural networks")
///
///     convolution, kernel k, dilation d    r + (k − 1)·d·j    j, with stride 2: 2·j
///     max-pool 2×2                         r + j              2·j
///     average pool to g×g cells            r + (c − 1)·j      n/g·j    c: pixels of the largest cell, n: of the map
///     upsample                             r + j              that of the reference; a single pixel adds nothing
///     concatenation, sum                   the largest r      that of the operands
///
/// so of several paths the one that sees farthest counts. The borders are ignored: a field may be larger than the picture.
public final class ReceptiveFields: Engine {
  /// How far a pixel of a map sees, in pixels of the input.
  public struct FeatureMap: Sendable {
    fileprivate let shape: MapShape
    /// Along the longer axis.
    public let field, jump: Double
  }

  /// Stage → the largest field of its layers.
  public private(set) var ofStages: [String: Int] = [:]

  /// Begins with no stages.
  public init() {}

  /// The picture: each pixel sees itself.
  public func input(_ shape: MapShape) -> FeatureMap { FeatureMap(shape: shape, field: 1, jump: 1) }

  public func convolution(_ x: FeatureMap, _ layer: Convolution) -> FeatureMap {
    let field = x.field + Double((layer.kernel - 1) * layer.dilation) * x.jump
    ofStages[layer.name.stage] = max(ofStages[layer.name.stage] ?? 0, Int(field.rounded(.up)))
    return FeatureMap(shape: layer.result(of: x.shape), field: field, jump: x.jump * Double(layer.stride))
  }

  public func maxPool(_ x: FeatureMap) -> FeatureMap {
    FeatureMap(shape: x.shape.pooled, field: x.field + x.jump, jump: 2 * x.jump)
  }

  public func averagePool(_ x: FeatureMap, cells g: Int) -> FeatureMap {
    let pixels = max(x.shape.height, x.shape.width)
    let largest = (0..<g).map { Cells.pixels($0, of: g, in: pixels).count }.max()!
    return FeatureMap(
      shape: x.shape.pooled(cells: g), field: x.field + Double(largest - 1) * x.jump,
      jump: x.jump * Double(pixels) / Double(g))
  }

  public func upsample(_ x: FeatureMap, like reference: FeatureMap) -> FeatureMap {
    let target = reference.shape.with(channels: x.shape.channels)
    let mixes = target != x.shape && x.shape.pixels > 1
    return FeatureMap(shape: target, field: x.field + (mixes ? x.jump : 0), jump: reference.jump)
  }

  public func concatenate(_ maps: [FeatureMap]) -> FeatureMap {
    let channels = maps.reduce(0) { $0 + $1.shape.channels }
    return joined(maps, maps[0].shape.with(channels: channels))
  }

  public func add(_ a: FeatureMap, _ b: FeatureMap) -> FeatureMap { joined([a, b], a.shape) }

  public func sigmoid(_ x: FeatureMap) -> FeatureMap { x }

  private func joined(_ maps: [FeatureMap], _ shape: MapShape) -> FeatureMap {
    FeatureMap(shape: shape, field: maps.map(\.field).max()!, jump: maps[0].jump)
  }
}
