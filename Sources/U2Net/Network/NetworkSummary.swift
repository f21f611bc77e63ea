import RSU
import U2NetCompute
import U2NetPlatform

/// A network's stages with their sizes, parameters, multiplications and receptive fields, for any blocks.
public struct NetworkSummary: Encodable, Sendable {
  /// A stage, a side output or the fusion.
  public struct Part: Encodable, Sendable {
    /// "En_1", "side3", "fusion".
    public let stage: String
    /// What the block calls itself, or the convolution that it is.
    public let block: String
    /// Of input and output, and inside a block between them.
    public let channels: [Int]
    /// Side of its maps in pixels.
    public let size: Int
    /// Convolution layers in it.
    public let convolutions: Int
    /// Trainable ones.
    public let parameters: Int
    /// Multiply-accumulates for one picture.
    public let macs: Int
    /// Pixels of the input, along one side, that a pixel of its result depends on, borders ignored.
    public let receptiveField: Int
  }

  /// What the network is called.
  public let model: String
  /// Side of the square input in pixels.
  public let inputSize: Int
  /// Trainable ones, of all stages.
  public let parameters: Int
  /// Multiply-accumulates for one picture, of all stages.
  public let macs: Int
  /// In execution order.
  public let stages: [Part]

  /// Adds up what a network costs.
  /// - Parameters:
  ///   - configuration: the network to describe; nothing is computed.
  ///   - size: side of the square input in pixels, ≥ 32.
  public init(_ configuration: Configuration, size: Int = 320) {
    let rows = configuration.outline(height: size, width: size)
    let fields = configuration.receptiveFields(height: size, width: size)
    let blocks = Dictionary(uniqueKeysWithValues: configuration.stages.map { ($0.name, $0.block) })
    var order: [String] = []
    for row in rows where order.last != row.layer.name.stage { order.append(row.layer.name.stage) }
    stages = order.map { stage in
      let own = rows.filter { $0.layer.name.stage == stage }, block = blocks[stage]
      let first = own[0], last = own[own.count - 1]
      return Part(
        stage: stage, block: block?.kind ?? "conv \(first.layer.kernel)×\(first.layer.kernel)",
        channels: block.map { [$0.widths.input, $0.widths.middle, $0.widths.output] }
          ?? [first.layer.input, last.layer.output],
        size: first.shape.height, convolutions: own.count,
        parameters: own.reduce(0) { $0 + $1.parameters }, macs: own.reduce(0) { $0 + $1.macs },
        receptiveField: fields[stage]!)
    }
    (model, inputSize) = (configuration.name, size)
    parameters = stages.reduce(0) { $0 + $1.parameters }
    macs = stages.reduce(0) { $0 + $1.macs }
  }
}

extension NetworkSummary: CustomStringConvertible {
  /// A table, one line a part.
  public var description: String {
    var rows = [["stage", "block", "channels", "size", "convs", "parameters", "MMACs", "share", "field"]]
    for part in stages {
      rows.append([
        part.stage, part.block, part.channels.map(String.init).joined(separator: "→"), "\(part.size)",
        "\(part.convolutions)", grouped(part.parameters), Self.thousandths(part.macs),
        Self.tenths(ofPercent: part.macs, of: macs), "\(part.receptiveField)",
      ])
    }
    rows.append([
      "total", "", "", "", "\(stages.reduce(0) { $0 + $1.convolutions })", grouped(parameters),
      Self.thousandths(macs), "100.0 %",
    ])
    return "U²-Net \(model), input 3×\(inputSize)×\(inputSize)\n\n" + aligned(rows, leading: 3)
  }

  /// 58598246400 → "58,598.246"
  private static func thousandths(_ macs: Int) -> String {
    let thousand = (macs + 500) / 1000, rest = "\(thousand % 1000)"
    return grouped(thousand / 1000) + "." + String(repeating: "0", count: 3 - rest.count) + rest
  }

  private static func tenths(ofPercent part: Int, of whole: Int) -> String {
    let tenths = Int((Double(part) / Double(whole) * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
  }
}
