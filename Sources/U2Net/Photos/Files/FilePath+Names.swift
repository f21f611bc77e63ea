package import U2NetFiles
import U2NetPlatform

/// What has to be known about paths here.
extension FilePath {
  package var endsInSeparator: Bool { bytes.last == Self.separator }

  package static func + (path: FilePath, suffix: String) -> FilePath { FilePath(bytes: path.bytes + suffix.utf8) }

  /// The path of a folder's contents, seen from it: "a" and "b" give "a/b", "" and "b" give "b".
  func inside(_ relative: FilePath) -> FilePath { bytes.isEmpty ? relative : appending(relative.bytes) }

  /// Makes the folder that this lies in, with all above it.
  package func makeFolder() throws(PipelineError) {
    do { try makeFolders() } catch { throw PipelineError("\(error.path): \(error.reason)") }
  }

  /// A name that promises another kind of file than it would get is wrong usage; one without an extension promises nothing.
  /// - Parameters:
  ///   - extensions: what the name may end in, the usual one first.
  ///   - fact: what is written, for the error message.
  package func checkExtension(among extensions: [String], _ fact: String) throws(PipelineError) {
    guard fileExtension.isEmpty || extensions.contains(fileExtension) || isSpecial else {
      throw PipelineError(
        usage: "\(self): \(fact), and nothing else can be written here: choose a name that ends in .\(extensions[0])")
    }
  }

  /// Whether a shell's pattern matches; `*` matches separators, too.
  package func matches(_ pattern: String) -> Bool { withCString { fnmatch(pattern, $0, 0) } == 0 }

  /// "a/b.png" and 2 give "a/b-2.png".
  func numbered(_ number: Int) -> FilePath {
    let whole = withoutExtension
    return FilePath(bytes: whole.bytes + "-\(number)".utf8 + bytes[whole.bytes.count...])
  }

  /// "a/b-2.png" gives "a/b.png"; nil for what has no number.
  var withoutNumber: FilePath? {
    let whole = withoutExtension
    guard let dash = whole.name.lastIndex(of: UInt8(ascii: "-")), dash > whole.name.startIndex else { return nil }
    let digits = whole.bytes[(dash + 1)...]
    guard !digits.isEmpty, digits.first != UInt8(ascii: "0"), digits.allSatisfy({ (48..<58).contains($0) }) else {
      return nil
    }
    return FilePath(bytes: whole.bytes[..<dash] + bytes[whole.bytes.count...])
  }
}
