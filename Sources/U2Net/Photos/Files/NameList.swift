package import U2NetFiles
import U2NetPlatform

/// A file of names: one a line, however lines end, or separated by zero bytes.
package enum NameList {
  /// Longer lists are refused: 256 MiB, some millions of names.
  package static let sizeLimit = 256 << 20

  /// - Parameter list: "-" is standard input.
  package static func read(_ list: FilePath, sizeLimit: Int = sizeLimit) throws(PipelineError) -> [FilePath] {
    let bytes = try contents(list, limit: sizeLimit)
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw PipelineError("\(source(list)): this list is in UTF-16; save it as UTF-8")
    }
    return names(in: bytes)
  }

  /// Each name ends in a line break or a zero byte, whichever the list uses; a byte order mark is not part of the first.
  package static func names(in bytes: [UInt8]) -> [FilePath] {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let text = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    let separator: UInt8 = text.contains(0) ? 0 : UInt8(ascii: "\n")
    return text.split(separator: separator)
      .map { separator != 0 && $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
      .filter { !$0.isEmpty }
      .map { FilePath(bytes: $0) }
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
