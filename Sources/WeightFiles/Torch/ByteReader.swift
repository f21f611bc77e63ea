import U2NetWeightBase

/// Reads little-endian numbers and text from a file or a member of an archive, never past its end.
struct ByteReader {
  let bytes: UnsafeRawBufferPointer
  /// From the start of `bytes`, ≤ `bytes.count`.
  private(set) var position = 0
  private let file: String
  private let member: String?

  init(_ bytes: UnsafeRawBufferPointer, file: String, member: String? = nil) {
    self.bytes = bytes
    self.file = file
    self.member = member
  }

  mutating func take(_ count: some BinaryInteger) throws(WeightFileError) -> UnsafeRawBufferPointer {
    let left = bytes.count - position
    guard count <= left else { throw error("expected \(count) more bytes, found \(left)") }
    guard count >= 0 else { throw error("expected a length ≥ 0, found \(count)") }
    defer { position += Int(count) }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + Int(count)])
  }

  mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type) throws(WeightFileError) -> T {
    try take(MemoryLayout<T>.size).loadUnaligned(as: T.self)
  }

  mutating func string(_ count: some BinaryInteger) throws(WeightFileError) -> String {
    let start = position
    guard let text = String(validating: try take(count), as: UTF8.self) else {
      throw error("expected UTF-8 text, found other bytes", at: start)
    }
    return text
  }

  /// Text up to a line feed, which is skipped.
  mutating func line() throws(WeightFileError) -> String {
    guard let end = bytes[position...].firstIndex(of: 0x0a) else { throw error("expected a line, found the end") }
    let text = try string(end - position)
    position += 1
    return text
  }

  func error(_ problem: String, at offset: Int? = nil) -> WeightFileError {
    let offset = offset ?? position
    return WeightFileError(file: file, at: member.map { .member($0, byte: offset) } ?? .byte(offset), problem)
  }
}
