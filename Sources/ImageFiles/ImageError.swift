/// Why a picture could not be read or written. Each case names the file it is about.
public enum ImageError: Error, Equatable, Sendable {
  /// There are no bytes.
  case empty(source: String)
  /// The bytes start as no supported format does. `start` is the first few of them.
  case unrecognized(source: String, start: [UInt8])
  /// The bytes break the format's rules or end too early; `reason` is the codec's word on it.
  case corrupt(source: String, format: ImageFormat, reason: String)
  /// A part of the format that is not handled.
  case unsupported(source: String, format: ImageFormat, reason: String)
  /// `limit` is in pixels.
  case tooLarge(source: String, width: Int, height: Int, limit: Int)
  /// There is no memory for this many pixels.
  case outOfMemory(source: String, width: Int, height: Int)
  /// `reason` is the system's.
  case unreadable(source: String, reason: String)
  /// `reason` is the system's, or the codec's: a format may have a limit that the picture does not keep.
  case unwritable(path: String, reason: String)
}

extension ImageError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .empty(let source):
      "\(source): the file is empty"
    case .unrecognized(let source, let start):
      "\(source): \(guess(start)); PNG, JPEG and WebP can be read (the first bytes are \(hex(start)))"
    case .corrupt(let source, let format, let reason):
      "\(source): the \(format) is damaged: \(reason)"
    case .unsupported(let source, let format, let reason):
      "\(source): this kind of \(format) cannot be read: \(reason)"
    case .tooLarge(let source, let width, let height, let limit):
      "\(source): \(width) x \(height) pixels are more than the limit of \(limit) pixels"
    case .outOfMemory(let source, let width, let height):
      "\(source): not enough memory for \(width) x \(height) pixels"
    case .unreadable(let source, let reason):
      "\(source): cannot be read: \(reason)"
    case .unwritable(let path, let reason):
      "\(path): cannot be written: \(reason)"
    }
  }
}

private func hex(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
}

/// Names formats that people try, so that the message says what to convert.
private func guess(_ start: [UInt8]) -> String {
  func has(_ text: String, at offset: Int = 0) -> Bool { start.dropFirst(offset).starts(with: text.utf8) }
  let name: String? =
    if has("GIF8") { "GIF" } else if has("BM") { "BMP" } else if has("II*\0") || has("MM\0*") {
      "TIFF"
    } else if has("ftypavif", at: 4) {
      "AVIF"
    } else if has("ftyphei", at: 4) || has("ftypmif1", at: 4) { "HEIC" } else if has("%PDF") { "PDF" } else { nil }
  return name.map { "this looks like \($0)" } ?? "not a picture in a known format"
}
