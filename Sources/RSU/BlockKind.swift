/// A kind of blocks: what their names begin with, and how one is made. One's own kinds are as good as the built-in ones.
///
///     let twin = BlockKind("TWIN") { Twin($0) }                           // Twin is a Block that calls itself "TWIN"
///     let network = Configuration.lite.with(blocks: twin)
///     let checkpoint = try Checkpoint(path: "twin.safetensors", kinds: .builtIn.with(twin))
///
/// Kinds are told apart by their names.
public struct BlockKind: Sendable {
  /// "RSU": letters, digits and underscores, for it stands in weight files and in names of folders.
  public let name: String
  /// The block of a form, which is what stands after the hyphen in "RSU-7"; nil: just the kind's name.
  private let ofForm: @Sendable (_ form: String?, Widths) -> (any Block)?
  private let inPlace: @Sendable (any Block, Widths) -> any Block

  /// A kind whose blocks are all of one form and have its name.
  public init(_ name: String, _ block: @escaping @Sendable (Widths) -> any Block) {
    self.init(name, form: { form, widths in form == nil ? block(widths) : nil }, inPlaceOf: { block($1) })
  }

  /// A kind whose blocks have several forms, as RSU-4 … RSU-7 and RSU-4F are.
  /// - Parameters:
  ///   - name: letters, digits and underscores.
  ///   - form: the block whose name has `form` after the hyphen, or is the kind's name alone (nil); nil if there is none.
  ///   - inPlaceOf: the form that does in a network what a block of another kind does there; in the published networks that
  ///     is an `RSU` of the stage's height or an `RSU4F`.
  public init(
    _ name: String, form: @escaping @Sendable (_ form: String?, Widths) -> (any Block)?,
    inPlaceOf: @escaping @Sendable (any Block, Widths) -> any Block
  ) {
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "_"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: false
      }
    }
    precondition(isPlain && !name.isEmpty, "a kind of blocks is called with letters, digits and _, not “\(name)”")
    (self.name, ofForm, inPlace) = (name, form, inPlaceOf)
  }

  /// The block of this kind that takes the place of `block`: with its height, if both kinds have one.
  /// - Precondition: the kind makes what it says: blocks with its name and of these widths.
  public func block(inPlaceOf block: any Block, _ widths: Widths) -> any Block {
    let made = inPlace(block, widths)
    precondition(
      made.widths == widths && BlockName(made.kind).kind == name,
      "kind \(name) was to make a block of its name with channels \(widths), and made \(made.kind) with \(made.widths)")
    return made
  }

  /// The block with this kind's name and `form` after it; nil if there is none.
  func block(form: String?, _ widths: Widths) -> (any Block)? {
    guard let made = ofForm(form, widths) else { return nil }
    precondition(made.widths == widths, "\(made.kind) was to have channels \(widths), and has \(made.widths)")
    // Not RSU-07 for RSU-7: a network has one name.
    return BlockName(made.kind) == BlockName(kind: name, form: form) ? made : nil
  }
}

extension BlockKind: Hashable, CustomStringConvertible {
  public static func == (a: BlockKind, b: BlockKind) -> Bool { a.name == b.name }
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
  public var description: String { name }
}

/// What a block calls itself, taken apart: "RSU-4F" is of kind RSU and form 4F, "PLN" of kind PLN.
package struct BlockName: Equatable {
  package let kind: String
  package let form: String?

  package init(_ name: String) {
    let parts = name.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    self.init(kind: String(parts[0]), form: parts.count == 2 ? String(parts[1]) : nil)
  }

  init(kind: String, form: String?) { (self.kind, self.form) = (kind, form) }
}
