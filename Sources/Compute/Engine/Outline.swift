/// Interprets a network by adding up what it costs; computes nothing.
public final class Outline: Engine {
  public typealias FeatureMap = MapShape

  /// One convolution at the size it runs at.
  public struct Row: Sendable {
    /// The layer.
    public let layer: Convolution
    /// Shape of the output.
    public let shape: MapShape
    /// Trainable ones; see `Convolution.parameters`.
    public var parameters: Int { layer.parameters }
    /// Multiply-accumulates for one picture, by the plain definition.
    public var macs: Int { layer.macs(height: shape.height, width: shape.width) }
  }

  /// The convolutions in execution order.
  public private(set) var rows: [Row] = []

  /// Begins with no rows.
  public init() {}

  public func convolution(_ x: MapShape, _ layer: Convolution) -> MapShape {
    precondition(x.channels == layer.input, "\(layer.name) expects \(layer.input) channels, not \(x.channels)")
    let shape = layer.result(of: x)
    rows.append(Row(layer: layer, shape: shape))
    return shape
  }

  public func maxPool(_ x: MapShape) -> MapShape { x.pooled }

  public func averagePool(_ x: MapShape, cells g: Int) -> MapShape { x.pooled(cells: g) }

  public func upsample(_ x: MapShape, like reference: MapShape) -> MapShape { reference.with(channels: x.channels) }

  public func concatenate(_ maps: [MapShape]) -> MapShape {
    maps[0].with(channels: maps.reduce(0) { $0 + $1.channels })
  }

  public func add(_ a: MapShape, _ b: MapShape) -> MapShape { a }

  public func sigmoid(_ x: MapShape) -> MapShape { x }
}
