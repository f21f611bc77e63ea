internal import U2NetCZlib

/// A text in a PNG: a keyword, and bytes in the file's encoding.
struct PNGText {
  let keyword: String
  let text: [UInt8]

  /// - Parameter wanted: asked for the keyword, so that no other text is inflated.
  /// - Returns: nil if the part is no text, is not wanted or cannot be read.
  init?(_ part: ImageFile.Part, in bytes: [UInt8], wanted: (String) -> Bool) {
    guard [ImageFile.code("tEXt"), ImageFile.code("zTXt"), ImageFile.code("iTXt")].contains(part.kind) else {
      return nil
    }
    let data = bytes[part.data]
    guard let end = data.firstIndex(of: 0) else { return nil }
    keyword = String(decoding: data[..<end], as: UTF8.self)
    guard wanted(keyword) else { return nil }
    var rest = data[(end + 1)...]
    var isCompressed = part.kind == ImageFile.code("zTXt")
    if part.kind == ImageFile.code("iTXt") {
      // Whether it is compressed, how, language and zero, translated keyword and zero.
      isCompressed = rest.first == 1
      rest = rest.dropFirst(2)
      for _ in 0..<2 {
        guard let zero = rest.firstIndex(of: 0) else { return nil }
        rest = rest[(zero + 1)...]
      }
    } else if isCompressed {
      guard rest.first == 0 else { return nil }
      rest = rest.dropFirst()
    }
    guard isCompressed else {
      text = Array(rest)
      return
    }
    guard let inflated = inflated(rest) else { return nil }
    text = inflated
  }

  /// The bytes of a profile as ImageMagick writes it: an empty line, what it is, how many bytes there are, and these in
  /// hexadecimal digits.
  var rawProfile: [UInt8]? {
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    guard lines.count > 3 else { return nil }
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in lines[3...].joined() {
      guard let digit = Character(Unicode.Scalar(character)).hexDigitValue.map(UInt8.init) else { continue }
      if let first = high {
        bytes.append(first << 4 | digit)
        high = nil
      } else {
        high = digit
      }
    }
    return bytes
  }
}

/// What a zlib stream holds; nil if it is damaged, or holds more than 16 MiB: no profile, but an attack.
func inflated(_ stream: ArraySlice<UInt8>) -> [UInt8]? {
  let stream = Array(stream)
  // The size is not known.
  for size in sequence(first: 1 << 16, next: { $0 < 1 << 24 ? $0 * 4 : nil }) {
    var status = Z_OK
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      var written = uLongf(size)
      status = uncompress(buffer.baseAddress, &written, stream, uLong(stream.count))
      count = status == Z_OK ? Int(written) : 0
    }
    if status == Z_OK { return bytes }
    if status != Z_BUF_ERROR { return nil }
  }
  return nil
}
