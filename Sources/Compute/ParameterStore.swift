/// Named tensors, with where they came from: what a weight file holds and what a network asks for.
///
/// Weight files and networks know nothing of each other; they meet here.
public struct ParameterStore: Sendable {
  /// What to call the origin in an error message: a file's path or "embedded lite weights".
  public let source: String
  /// Free-form facts that came with the tensors (licence, origin, checksum, configuration).
  public var metadata: [String: String]
  private var tensors: [String: Tensor] = [:]

  public init(source: String, metadata: [String: String] = [:]) {
    self.source = source
    self.metadata = metadata
  }

  public var names: some Collection<String> { tensors.keys }
  public var count: Int { tensors.count }

  public subscript(name: String) -> Tensor? {
    get { tensors[name] }
    set { tensors[name] = newValue }
  }
}
