import RSU
import U2NetCompute
import U2NetPlatform

/// What the stages of a network are, and what they cost for a square picture: for people as a table, for programs as JSON.
public struct NetworkSummary: Encodable, Sendable {
  /// A stage, a side output or the fusion.
  public struct Part: Encodable, Sendable {
    public let stage: String
    /// What the block calls itself, or `conv 3×3`.
    public let block: String
    /// Of a block: input, middle and output; of a convolution: input and output.
    public let channels: [Int]
    /// Side of what goes in, in pixels.
    public let size: Int
    public let convolutions: Int
    /// Trainable ones.
    public let parameters: Int
    /// Multiply-accumulate operations.
    public let macs: Int
    /// How many pixels of the picture along one side a pixel of the result depends on, borders ignored.
    public let receptiveField: Int
  }

  public let model: String
  /// Side of the picture, in pixels.
  public let inputSize: Int
  public let parameters: Int
  public let macs: Int
  /// In the order in which they are computed.
  public let stages: [Part]

  /// - Parameter side: of the picture, at least 32 pixels.
  public init(_ configuration: Configuration, side: Int = 320) {
    let rows = configuration.outline(height: side, width: side)
    let fields = configuration.receptiveFields(height: side, width: side)
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
    model = configuration.name
    inputSize = side
    parameters = stages.reduce(0) { $0 + $1.parameters }
    macs = stages.reduce(0) { $0 + $1.macs }
  }

  /// Lines of columns under a title.
  public var table: String {
    var rows = [["stage", "block", "channels", "size", "convs", "parameters", "MMACs", "share", "field"]]
    for part in stages {
      rows.append([
        part.stage, part.block, part.channels.map(String.init).joined(separator: "→"), "\(part.size)",
        "\(part.convolutions)", grouped(part.parameters), Self.millions(part.macs),
        fixed(Double(part.macs) / Double(macs) * 100, places: 1) + " %", "\(part.receptiveField)",
      ])
    }
    rows.append([
      "total", "", "", "", "\(stages.reduce(0) { $0 + $1.convolutions })", grouped(parameters), Self.millions(macs),
      "100.0 %",
    ])
    return "U²-Net \(model), input 3×\(inputSize)×\(inputSize)\n\n" + aligned(rows, leading: 3)
  }

  /// 58598246400 → "58,598.246"
  private static func millions(_ macs: Int) -> String {
    let thousand = (macs + 500) / 1000, rest = "\(thousand % 1000)"
    return grouped(thousand / 1000) + "." + String(repeating: "0", count: 3 - rest.count) + rest
  }
}
