package import U2NetFiles

/// What the results of a photo are called in a folder: in "{name}-{kind}" the photo's name without its extension stands for
/// `{name}`, and what sort of result it is for `{kind}`. The extension is that of the result's format.
public struct NamePattern: Sendable, Hashable {
  private let before, after: String

  /// Reads a pattern.
  /// - Throws: `PipelineError` if `{name}` or `{kind}` is missing, or if there is a slash or another brace.
  public init(_ pattern: String) throws(PipelineError) {
    guard let name = pattern.firstRange(of: Self.name), pattern.contains(Self.kind), !pattern.contains("/") else {
      throw PipelineError(usage: "\(pattern): names must contain \(Self.name) and \(Self.kind), and no /")
    }
    let others = pattern.replacing(Self.name, with: "").replacing(Self.kind, with: "")
    guard !others.contains("{"), !others.contains("}") else {
      throw PipelineError(usage: "\(pattern): names have \(Self.name) and \(Self.kind) only, no other braces")
    }
    before = String(pattern[..<name.lowerBound])
    after = String(pattern[name.upperBound...].replacing(Self.name, with: ""))
  }

  private static let name = "{name}", kind = "{kind}"

  /// What goes around the photo's name where `{kind}` is `kind`, without the extension.
  func around(_ kind: String) -> (prefix: String, suffix: String) {
    (before.replacing(Self.kind, with: kind), after.replacing(Self.kind, with: kind))
  }
}

extension Destination {
  /// Below a folder, under names of a pattern in which this kind of results is called `name`.
  package init(
    _ kind: ResultKind, folder: FilePath, names: NamePattern, as name: String, format: ImageFormat
  ) throws(PipelineError) {
    let (prefix, suffix) = names.around(name)
    try self.init(kind, folder: folder, prefix: prefix, suffix: suffix + "." + format.fileExtension, format: format)
  }

  /// A shop's set of each photo, below a folder: mask, cut-out, and the object on a background, called "white", as JPEG.
  package static func shopSet(in folder: FilePath, names: NamePattern) throws(PipelineError) -> [Destination] {
    let kinds: [(ResultKind, String, ImageFormat)] = [
      (.mask, "mask", .png), (.cutout, "cutout", .png), (.composite, "white", .jpeg),
    ]
    return try kinds.map { kind, name, format throws(PipelineError) in
      try Destination(kind, folder: folder, names: names, as: name, format: format)
    }
  }

  /// The fused map and the side outputs of photos, below a folder: "mug.fused.png", "mug.side1.png" …
  package static func maps(in folder: FilePath) throws(PipelineError) -> [Destination] {
    let maps: [Saliency.Map] = [.fused] + (1...6).map(Saliency.Map.side)
    return try maps.map { map throws(PipelineError) in
      try Destination(.map(map), folder: folder, suffix: ".\(map).png", format: .png)
    }
  }
}
