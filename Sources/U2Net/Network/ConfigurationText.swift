import U2NetCompute
import RSU
import U2NetSafetensors

/// A configuration as text, which weight files carry in their metadata: "RSU-7 3 16 64, RSU-6 64 16 64, …", the stages in
/// execution order, each with its block and the block's channels I, M and O.
extension Configuration {
  /// Where the text stands in a file's metadata.
  public static let metadataKey = "u2net.stages"

  /// The eleven stages as a weight file's metadata have them: kind, I, M and O of each, "RSU-7 3 32 64, RSU-6 64 …".
  public var text: String {
    stages.map { stage in
      let widths = stage.block.widths
      return "\(stage.block.kind) \(widths.input) \(widths.middle) \(widths.output)"
    }.joined(separator: ", ")
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
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
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
      name: Self.name(of: stages), encoders: Array(stages[..<depth]), decoders: Array(stages[depth...]))
    if let misfit {
      throw failure("\(misfit.stage): expected \(misfit.expected) input channels, found \(misfit.found)")
    }
    self = named
  }

  /// With the name of the published network that it is, if it is one.
  public var named: Configuration { [.full, .lite].first { $0.text == text } ?? self }

  /// The first stage that does not take the channels that reach it.
  var misfit: (stage: String, expected: Int, found: Int)? {
    var expected = Self.full.encoders[0].block.widths.input
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
