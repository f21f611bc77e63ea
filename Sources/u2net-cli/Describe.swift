import ArgumentParser
import U2NetCompute
import RSU
import U2Net

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct Describe: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print a network's stages with their sizes, parameters, multiplications and receptive fields.",
    discussion: """
      u2net describe -m full
      u2net describe --block INC --widths 16:64

      Parameters are the trainable ones; MACs are multiply-accumulate operations for one picture; the field is how many \
      pixels of the input, along one side, a pixel of the stage's result depends on, borders ignored.
      """)

  @OptionGroup var network: NetworkOptions

  @Option(help: "Blocks of the stages: \(BlockKind.allCases.map(\.rawValue).joined(separator: ", ")).")
  var block: BlockKind = .rsu

  @Option(help: "Side of the square input in pixels, at least 32.")
  var size = 320

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    guard (32...65536).contains(size) else { throw ValidationError("--size must be 32 to 65536, not \(size)") }
  }

  /// One line of the table: a stage, a side output or the fusion.
  private struct Part: Encodable {
    let stage: String
    let block: String
    let channels: [Int]
    let size: Int
    let convolutions: Int
    let parameters: Int
    let macs: Int
    let receptiveField: Int
  }

  private struct Report: Encodable {
    let model: String
    let inputSize: Int
    let parameters: Int
    let macs: Int
    let stages: [Part]
  }

  func run() throws {
    let report = Self.report(network.network(of: block), size: size)
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
      encoder.keyEncodingStrategy = .convertToSnakeCase
      print(String(decoding: try encoder.encode(report), as: UTF8.self))
    } else {
      print(Self.table(report))
    }
  }

  private static func report(_ configuration: Configuration, size: Int) -> Report {
    let rows = configuration.outline(height: size, width: size)
    let fields = configuration.receptiveFields(height: size, width: size)
    let blocks = Dictionary(uniqueKeysWithValues: configuration.stages.map { ($0.name, $0.block) })
    var order: [String] = []
    for row in rows where order.last != row.layer.name.stage { order.append(row.layer.name.stage) }
    let parts = order.map { stage in
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
    return Report(
      model: configuration.name, inputSize: size, parameters: parts.reduce(0) { $0 + $1.parameters },
      macs: parts.reduce(0) { $0 + $1.macs }, stages: parts)
  }

  private static func table(_ report: Report) -> String {
    var rows = [["stage", "block", "channels", "size", "convs", "parameters", "MMACs", "share", "field"]]
    for part in report.stages {
      rows.append([
        part.stage, part.block, part.channels.map(String.init).joined(separator: "→"), "\(part.size)",
        "\(part.convolutions)", grouped(part.parameters), thousandths(part.macs),
        tenths(ofPercent: part.macs, of: report.macs), "\(part.receptiveField)",
      ])
    }
    rows.append([
      "total", "", "", "", "\(report.stages.reduce(0) { $0 + $1.convolutions })", grouped(report.parameters),
      thousandths(report.macs), "100.0 %",
    ])
    return "U²-Net \(report.model), input 3×\(report.inputSize)×\(report.inputSize)\n\n" + aligned(rows, leading: 3)
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

/// 44009869 → "44,009,869"
func grouped(_ number: Int) -> String {
  var digits = Array(String(number)), position = digits.count - 3
  while position > 0 {
    digits.insert(",", at: position)
    position -= 3
  }
  return String(digits)
}
