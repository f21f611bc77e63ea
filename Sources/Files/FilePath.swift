/// The name of a file as the system has it: bytes, which on Linux need not be UTF-8, so that not every name fits a
/// `String`.
package struct FilePath: Hashable, Sendable {
  /// Without the zero that ends it in C.
  package let bytes: [UInt8]

  package init(bytes: some Sequence<UInt8>) { self.bytes = [UInt8](bytes) }

  package init(_ name: String) { bytes = [UInt8](name.utf8) }

  /// The file that a command-line argument, or a part of one, names.
  ///
  /// In an argument that is not UTF-8 Swift repairs what it cannot read, and then no file has that name. So the bytes
  /// are taken from the process's own arguments: from the first that ends in something that Swift reads as `argument`.
  package init(argument: String) {
    if argument.unicodeScalars.contains("\u{FFFD}") {
      for raw in CommandLine.rawArguments {
        // `--output=name` and `-oname` end in the name.
        let starts = raw.indices.filter { raw.count - $0 <= argument.utf8.count }
        if let start = starts.first(where: { String(decoding: raw[$0...], as: UTF8.self) == argument }) {
          self.init(bytes: raw[start...])
          return
        }
      }
    }
    self.init(argument)
  }

  /// The place for results that a command-line argument names.
  package init(output argument: String) { self = FilePath(argument: argument).withoutDetours }

  package static let separator = UInt8(ascii: "/")

  /// What follows the last separator.
  package var name: ArraySlice<UInt8> { bytes[nameStart...] }

  /// What goes before `name`: empty, or it ends in a separator.
  package var folder: ArraySlice<UInt8> { bytes[..<nameStart] }

  private var nameStart: Int { bytes.lastIndex(of: Self.separator).map { $0 + 1 } ?? 0 }

  /// The file called `name` in the folder of this path.
  package func appending(_ name: some Sequence<UInt8>) -> FilePath {
    let separator = bytes.isEmpty || bytes.last == Self.separator ? [] : [Self.separator]
    return FilePath(bytes: bytes + separator + name)
  }

  /// Calls `body` with the path as C wants it.
  package func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
    let terminated = bytes + [0]
    return terminated.withUnsafeBytes { body($0.assumingMemoryBound(to: CChar.self).baseAddress!) }
  }
}

extension FilePath: ExpressibleByStringLiteral {
  package init(stringLiteral name: String) { self.init(name) }
}

extension FilePath: CustomStringConvertible {
  /// For people: bytes that are not UTF-8 show as \xFF.
  package var description: String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = "", rest = bytes[...]
    while let byte = rest.first {
      // No character takes more than four bytes.
      let lengths = 1...min(4, rest.count)
      if let length = lengths.first(where: { String(validating: rest.prefix($0), as: UTF8.self) != nil }) {
        text += String(decoding: rest.prefix(length), as: UTF8.self)
        rest = rest.dropFirst(length)
      } else {
        text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        rest = rest.dropFirst()
      }
    }
    return text
  }
}

extension CommandLine {
  /// The process's arguments as the system gave them.
  private static var arguments: UnsafeBufferPointer<UnsafeMutablePointer<CChar>?> {
    UnsafeBufferPointer(start: unsafeArgv, count: Int(argc))
  }

  fileprivate static var rawArguments: [[UInt8]] {
    arguments.compactMap {
      $0.map { argument in (0...).lazy.map { UInt8(bitPattern: argument[$0]) }.prefix { $0 != 0 } }
    }
    .map(Array.init)
  }
}
