import U2NetCompute
import RSU
import U2NetSafetensors

/// A configuration as text, which weight files carry in their metadata: "RSU-7 3 16 64, RSU-6 64 16 64, …", the stages in
/// execution order, each with its block and the block's channels I, M and O. Before them "stem 64", if there is one; behind them
/// "no fusion" and "4 classes", where they are so.
extension Configuration {
  /// Where the text stands in a file's metadata.
  public static let metadataKey = "u2net.stages"

  /// The eleven stages as a weight file's metadata have them: kind, I, M and O of each, "RSU-7 3 32 64, RSU-6 64 …", with what
  /// is before and behind them.
  public var text: String {
    let stages = stages.map { stage in
      let widths = stage.block.widths
      return "\(stage.block.kind) \(widths.input) \(widths.middle) \(widths.output)"
    }
    let before = stem.map { ["stem \($0)"] } ?? []
    let behind = (isFused ? [] : ["no fusion"]) + (classes == 1 ? [] : ["\(classes) classes"])
    return (before + stages + behind).joined(separator: ", ")
  }

  /// The configuration that `text` describes.
  /// - Parameters:
  ///   - text: eleven stages, see `text`.
  ///   - source: the file that it is from.
  ///   - kinds: of the blocks that it may name.
  /// - Throws: `WeightFileError` if it is not understood, names a block of another kind, or the stages do not fit each other.
  public init(text: String, source: String, kinds: BlockKinds = .builtIn) throws(WeightFileError) {
    func failure(_ problem: String) -> WeightFileError {
      WeightFileError(file: source, "metadata \(Self.metadataKey): \(problem)")
    }
    let names = Self.full.stages.map(\.name)
    var parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let stem = Self.number(parts.first, "stem", first: true), classes = Self.number(parts.last, "classes", first: false)
    if stem != nil { parts.removeFirst() }
    if classes != nil { parts.removeLast() }
    let isFused = parts.last?.split(separator: " ") != ["no", "fusion"]
    if !isFused { parts.removeLast() }
    guard parts.count == names.count else {
      throw failure("expected \(names.count) stages, found \(parts.count)")
    }
    var stages: [Stage] = []
    for (name, part) in zip(names, parts) {
      let fields = part.split(separator: " "), numbers = fields.dropFirst().compactMap { Int($0) }
      let form = "expected a block and its channels as in \"RSU-7 3 16 64\", found \"\(printable(String(part)))\""
      guard fields.count == 4, numbers.count == 3, numbers.allSatisfy({ (1...65536).contains($0) }) else {
        throw failure("\(name): \(form)")
      }
      let kind = BlockName(String(fields[0])).kind
      guard kinds[kind] != nil else {
        throw failure(
          "\(name): blocks of kind \(printable(kind)) are not known here; known are \(kinds.names.joined(separator: ", "))"
        )
      }
      guard let block = kinds.block(named: String(fields[0]), Widths(numbers[0], numbers[1], numbers[2])) else {
        throw failure("\(name): \(form)")
      }
      stages.append(Stage(name, block))
    }
    let depth = Self.full.encoders.count
    self.init(
      name: Self.name(of: stages), encoders: Array(stages[..<depth]), decoders: Array(stages[depth...]), stem: stem,
      isFused: isFused, classes: classes ?? 1)
    if let misfit {
      throw failure("\(misfit.stage): expected \(misfit.expected) input channels, found \(misfit.found)")
    }
    self = named
  }

  /// N of "stem N" or "N classes", 1 … 4096; nil if it is something else.
  private static func number(_ part: Substring?, _ word: Substring, first isFirst: Bool) -> Int? {
    let fields = part?.split(separator: " ") ?? []
    guard fields.count == 2, fields[isFirst ? 0 : 1] == word, let number = Int(fields[isFirst ? 1 : 0]),
      (1...4096).contains(number)
    else { return nil }
    return number
  }

  /// With the name of the published network that it is, if it is one.
  public var named: Configuration { Self.named.first { $0.text == text } ?? self }

  /// The first stage that does not take the channels that reach it.
  var misfit: (stage: String, expected: Int, found: Int)? {
    var expected = stem ?? 3
    for stage in encoders {
      if stage.block.widths.input != expected { return (stage.name, expected, stage.block.widths.input) }
      expected = stage.block.widths.output
    }
    for (stage, skip) in zip(decoders, encoders.dropLast().reversed()) {
      expected += skip.block.widths.output
      if stage.block.widths.input != expected { return (stage.name, expected, stage.block.widths.input) }
      expected = stage.block.widths.output
    }
    return nil
  }
}
