package import U2NetFiles

/// Names of files that are numbered from 0, as C's `printf` has them: "out/frame-%05d.png".
package struct NumberedNames: Sendable {
  private let before, after: ArraySlice<UInt8>
  /// Least number of digits.
  private let width: Int

  /// - Parameter pattern: with a `%d`, or as `%5d` and `%05d`, whose spaces would be zeros, too.
  /// - Throws: `PipelineError` if there is no such place, or another per cent sign.
  package init(_ pattern: FilePath) throws(PipelineError) {
    let bytes = pattern.bytes, sign = UInt8(ascii: "%")
    guard let start = bytes.firstIndex(of: sign), start == bytes.lastIndex(of: sign),
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "d")),
      let width = start + 1 == end ? 0 : Int(String(decoding: bytes[start + 1..<end], as: UTF8.self)),
      (0...20).contains(width)
    else {
      throw PipelineError(usage: "\(pattern): names need one place for a number, such as frame-%05d.png")
    }
    (before, after, self.width) = (bytes[..<start], bytes[(end + 1)...], width)
  }

  /// The file number `number`, from 0.
  package func path(_ number: Int) -> FilePath {
    let digits = "\(number)", zeros = String(repeating: "0", count: max(0, width - digits.count))
    return FilePath(bytes: before + zeros.utf8 + digits.utf8 + after)
  }
}
