/// The extents of one feature map: C channels of H rows and W columns.
public struct MapShape: Hashable, Sendable, CustomStringConvertible {
  /// C, at least 1.
  public var channels: Int
  /// H, rows, at least 1.
  public var height: Int
  /// W, columns, at least 1.
  public var width: Int

  /// C×H×W.
  /// - Precondition: none is below 1.
  public init(channels: Int, height: Int, width: Int) {
    precondition(channels > 0 && height > 0 && width > 0, "empty feature map \(channels)×\(height)×\(width)")
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// H·W.
  public var pixels: Int { height * width }
  /// C·H·W.
  public var count: Int { channels * pixels }
  public var description: String { "\(channels)×\(height)×\(width)" }

  /// The same size with other channels.
  public func with(channels: Int) -> MapShape { MapShape(channels: channels, height: height, width: width) }

  /// The shape after a 2×2 max-pool with stride 2 in ceil mode: ⌈H/2⌉ × ⌈W/2⌉.
  public var pooled: MapShape { MapShape(channels: channels, height: (height + 1) / 2, width: (width + 1) / 2) }

  /// The shape after adaptive average pooling to g×g cells.
  public func pooled(cells g: Int) -> MapShape { MapShape(channels: channels, height: g, width: g) }
}
