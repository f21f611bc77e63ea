/// Further looks at a photo, whose probabilities are blended with those of the first: each costs a pass, or as many as there are
/// before it.
public struct TestTimeAugmentation: OptionSet, Hashable, Sendable {
  public let rawValue: Int

  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The mean of what the network sees in the photo and in its mirror image.
  public static let flip = TestTimeAugmentation(rawValue: 1)
  /// A second look at the object that was found, enlarged. Where the object fills the photo there is none.
  public static let zoom = TestTimeAugmentation(rawValue: 2)
}

extension TestTimeAugmentation: CustomStringConvertible {
  private static let names: [(name: String, value: TestTimeAugmentation)] = [("flip", .flip), ("zoom", .zoom)]

  /// What `init(_:)` takes.
  public var description: String {
    Self.names.filter { contains($0.value) }.map(\.name).joined(separator: ",")
  }

  /// "flip", "zoom", or both with a comma between them.
  public init?(_ text: String) {
    self = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Self.names.first(where: { $0.name == part })?.value else { return nil }
      insert(value)
    }
  }
}
