package import U2NetFiles
import U2NetPlatform

/// A file of names: one a line, however lines end, or separated by zero bytes.
package enum NameList {
  /// Longer lists are refused: 256 MiB, some millions of names.
  package static let sizeLimit = 256 << 20

  /// - Parameter list: "-" is standard input.
  package static func read(_ list: FilePath, sizeLimit: Int = sizeLimit) throws(PipelineError) -> [FilePath] {
    let bytes = try contents(list, limit: sizeLimit)
    if isUTF16(bytes) { throw PipelineError("\(source(list)): this list is in UTF-16; save it as UTF-8") }
    switch PictureKind(start: Array(bytes.prefix(PictureKind.signatureLength))) {
    case .readable(let format): throw PipelineError("\(source(list)): this is a \(format) file, no list of names")
    case .unreadable(let name): throw PipelineError("\(source(list)): this looks like \(name), no list of names")
    case nil: return names(in: bytes)
    }
  }

  /// Each name ends in a line break (LF, CR LF, or CR alone) or a zero byte, whichever the list uses. A byte order mark is not
  /// part of the first, nor the Ctrl-Z that ended texts under DOS of the last.
  package static func names(in bytes: [UInt8]) -> [FilePath] {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    var text = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    if text.contains(0) { return text.split(separator: 0).map { FilePath(bytes: $0) } }
    while text.last == 0x1A { text.removeLast() }
    let (lineFeed, carriageReturn) = (UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    return text.split(separator: text.contains(lineFeed) ? lineFeed : carriageReturn)
      .map { $0.last == carriageReturn ? $0.dropLast() : $0 }
      .filter { !$0.isEmpty }
      .map { FilePath(bytes: $0) }
  }

  /// With a byte order mark; or else every second byte of most characters in names of files is zero, so that between zeros there
  /// are single bytes, "." among them, which as a name would be the current folder.
  private static func isUTF16(_ bytes: [UInt8]) -> Bool {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return true }
    guard bytes.count % 2 == 0 else { return false }
    let parts = bytes.split(separator: 0)
    return parts.count > 1 && 2 * parts.count { $0.count == 1 } > parts.count
  }

  private static func source(_ list: FilePath) -> String { list == .standardStream ? "standard input" : "\(list)" }

  private static func contents(_ list: FilePath, limit: Int) throws(PipelineError) -> [UInt8] {
    func failure() -> PipelineError {
      PipelineError("\(source(list)): cannot read: \(String(cString: strerror(errno)))")
    }
    let isStandardInput = list == .standardStream
    let descriptor = isStandardInput ? STDIN_FILENO : list.withCString { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw failure() }
    defer { if !isStandardInput { close(descriptor) } }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = part.withUnsafeMutableBytes { Descriptor.read(descriptor, into: $0) }
      guard count >= 0 else { throw failure() }
      guard count > 0 else { return bytes }
      bytes += part[..<count]
      guard bytes.count <= limit else {
        throw PipelineError("\(source(list)): a list of more than \(limit >> 20) MiB is no list of names; divide it")
      }
    }
  }
}
