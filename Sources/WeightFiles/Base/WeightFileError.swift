import U2NetMachine

/// What is wrong with a weight file: which file, where in it, and the problem with what was expected and found.
public struct WeightFileError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where in a file.
  public enum Location: Equatable, Sendable {
    /// A tensor, by its name in the file.
    case tensor(String)
    /// An offset from the start of the file.
    case byte(Int)
    /// A member of an archive, and an offset from its start if there is a particular place.
    case member(String, byte: Int? = nil)
  }

  /// The file's path, or what to call weights that are not in a file.
  public let file: String
  /// Nil where the problem is the file's as a whole.
  public let location: Location?
  /// One sentence without a full stop: "expected 6912 bytes, found 6900".
  public let problem: String

  /// See the properties.
  public init(file: String, at location: Location? = nil, _ problem: String) {
    self.file = file
    self.location = location
    self.problem = problem
  }

  public var description: String {
    [file, location?.description, problem].compactMap { $0 }.joined(separator: ": ")
  }
}

extension WeightFileError.Location: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tensor(let name): "tensor \(printable(name))"
    case .byte(let offset): "byte \(offset)"
    case .member(let name, let offset?): "\(printable(name)), byte \(offset)"
    case .member(let name, nil): printable(name)
    }
  }
}

extension WeightFileError {
  /// There is no memory to read the file.
  /// - Parameter needed: bytes, at least.
  static func shortage(file: String, needed: Int) -> WeightFileError {
    let shortage = MemoryShortage(
      "reading the file", needed: needed, advice: "allow the process more, or use a smaller model")
    return WeightFileError(file: file, "\(shortage)")
  }
}

/// Names for a message: the first ten in order, and how many there are.
package func listed(_ names: some Collection<String>) -> String {
  if names.isEmpty { return "none" }
  let shown = names.sorted().prefix(10).map(printable).joined(separator: ", ")
  return names.count > 10 ? "\(shown) … (\(names.count) in all)" : shown
}

/// `text` fit for a message: control characters escaped, cut at 200 characters.
///
/// Text in a weight file is whatever the file's author wanted, escape sequences for terminals included.
package func printable(_ text: String) -> String {
  var result = ""
  for (count, scalar) in text.unicodeScalars.enumerated() {
    if count == 200 { return result + "…" }
    let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
    result += isControl ? scalar.escaped(asASCII: true) : String(scalar)
  }
  return result
}
