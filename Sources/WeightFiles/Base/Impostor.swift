/// What lies in the place of weights when a download went wrong, and is called by its name.
package enum Impostor: String {
  case html = "an HTML page, not weights: what was downloaded is a web page, maybe a login or an error"
  case xml = "an XML text, not weights: maybe a server's error message"
  case json = "a JSON text, not weights: maybe a server's error message"
  case gitLFS = "a Git LFS pointer, which stands for the file: get the file itself with `git lfs pull`"

  /// - Parameter bytes: a file's first ones, some hundred if it has as many.
  package init?(_ bytes: UnsafeRawBufferPointer) {
    var start = bytes.prefix(1024)
    if start.starts(with: [0xef, 0xbb, 0xbf]) { start = start.dropFirst(3) }
    let isSpace = { (byte: UInt8) in [0x20, 0x09, 0x0a, 0x0d].contains(byte) }
    start = start.drop(while: isSpace)
    func begins(_ text: String) -> Bool {
      start.count >= text.utf8.count && zip(start, text.utf8).allSatisfy { ($0 | 0x20) == ($1 | 0x20) }
    }
    /// The first that is no comment, within what is looked at.
    while begins("<!--"), let end = start.indices.dropFirst(4).first(where: { start[$0...].starts(with: "-->".utf8) }) {
      start = start[(end + 3)...].drop(while: isSpace)
    }
    if ["<!doctype html", "<html", "<head", "<body", "<title", "<script", "<meta"].contains(where: begins) {
      self = .html
    } else if begins("<?xml") || begins("<error") {
      self = start.contains("<html".utf8) ? .html : .xml
    } else if begins("version https://git-lfs") || begins("version https://hawser") {
      self = .gitLFS
    } else if start.first == UInt8(ascii: "{") || start.first == UInt8(ascii: "["),
      start.dropFirst().first(where: { !isSpace($0) }).map({ "\"{}[]".utf8.contains($0) }) ?? false
    {
      self = .json
    } else {
      return nil
    }
  }

  /// - Throws: if these are not the bytes of a weight file but of something else that is known.
  package static func check(_ bytes: UnsafeRawBufferPointer, file: String) throws(WeightFileError) {
    if let found = Impostor(bytes) { throw WeightFileError(file: file, "this is \(found.rawValue)") }
  }
}

extension Slice<UnsafeRawBufferPointer> {
  fileprivate func contains(_ text: String.UTF8View) -> Bool { indices.contains { self[$0...].starts(with: text) } }
}
