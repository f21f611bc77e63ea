/// Named tensors, with where they came from: what a weight file holds and what a network asks for.
///
/// Weight files and networks know nothing of each other; they meet here.
public struct ParameterStore: Sendable {
  /// What to call the origin in an error message: a file's path or "embedded lite weights".
  public let source: String
  /// Free-form facts that came with the tensors (licence, origin, checksum, configuration).
  public var metadata: [String: String]
  private var tensors: [String: Tensor] = [:]

  /// A store without tensors.
  public init(source: String, metadata: [String: String] = [:]) {
    self.source = source
    self.metadata = metadata
  }

  /// Of the tensors, in no order.
  public var names: some Collection<String> { tensors.keys }
  /// How many tensors there are.
  public var count: Int { tensors.count }

  /// The tensor of this name; nil if there is none, and to remove it.
  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set { tensors[name] = newValue }
  }
}
