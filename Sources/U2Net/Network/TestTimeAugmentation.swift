/// Further looks at a photo, whose probabilities are blended with those of the first: each costs a pass, or as many as there are
/// before it.
public struct TestTimeAugmentation: Hashable, Sendable {
  /// The mean of what the network sees in the photo and in its mirror image.
  public var flip: Bool
  /// A second look at the object that was found, enlarged. Where the object fills the photo there is none.
  public var zoom: Bool

  /// No further look but those that are asked for.
  public init(flip: Bool = false, zoom: Bool = false) { (self.flip, self.zoom) = (flip, zoom) }

  /// One look.
  public static let none = TestTimeAugmentation()
}

extension TestTimeAugmentation: CustomStringConvertible {
  private static let names: [(name: String, flag: WritableKeyPath<Self, Bool> & Sendable)] = [
    ("flip", \.flip), ("zoom", \.zoom),
  ]

  /// What `init(_:)` takes.
  public var description: String {
    Self.names.filter { self[keyPath: $0.flag] }.map(\.name).joined(separator: ",")
  }

  /// "flip", "zoom", or both with a comma between them.
  public init?(_ text: String) {
    self = .none
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let flag = Self.names.first(where: { $0.name == part })?.flag else { return nil }
      self[keyPath: flag] = true
    }
  }
}
