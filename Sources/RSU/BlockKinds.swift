/// The kinds of blocks that a reader knows: what turns the names of blocks in a weight file into blocks.
///
/// It is a value that is handed to whatever reads a network, so that what a file means never depends on what another part of a
/// program registered, or on whether it has done so yet. Whoever writes no blocks never sees it: all readers know `builtIn`.
public struct BlockKinds: Sendable {
  /// In the order in which they were given.
  public let all: [BlockKind]

  /// The paper's block and those that it is compared with in one outer network (Qin et al. 2020, section 4.4.1).
  public static let builtIn = BlockKinds([.rsu, .pln, .res, .dse, .inc, .ppm, .niv])

  /// These kinds, and no others.
  /// - Precondition: their names differ.
  public init(_ kinds: [BlockKind]) {
    precondition(Set(kinds).count == kinds.count, "two kinds of blocks have one name among \(kinds)")
    all = kinds
  }

  /// Some of the kinds that are known, by their names with commas between: "RSU,pln".
  /// - Returns: nil if one of them is not known, or is there twice.
  public init?(_ names: String, of known: BlockKinds = .builtIn) {
    let parts = names.split(separator: ",", omittingEmptySubsequences: false)
    let kinds = parts.compactMap { known[$0.uppercased()] }
    guard kinds.count == parts.count, Set(kinds).count == kinds.count else { return nil }
    all = kinds
  }

  /// These and others.
  public func with(_ kinds: BlockKind...) -> BlockKinds { BlockKinds(all + kinds) }

  /// Of all kinds, in their order.
  public var names: [String] { all.map(\.name) }

  /// The kind of this name.
  public subscript(name: String) -> BlockKind? { all.first { $0.name == name } }

  /// The block that calls itself `name`: "RSU-7", "NIV-4F", "PLN"; nil if none of these kinds has one.
  public func block(named name: String, _ widths: Widths) -> (any Block)? {
    let parts = BlockName(name)
    return self[parts.kind]?.block(form: parts.form, widths)
  }
}
