extension String {
  /// For a terminal, on one line: what would move its cursor, colour it, break the line or turn the direction of writing is
  /// written as an escape. Names of files may have all of that in them.
  package var visible: String {
    guard unicodeScalars.contains(where: \.isInvisible) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      guard scalar.isInvisible else {
        text.unicodeScalars.append(scalar)
        continue
      }
      switch scalar {
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      default: text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      }
    }
    return text
  }
}

extension String {
  /// The same for JSON, which it leaves JSON with the same meaning.
  package var visibleJSON: String {
    guard unicodeScalars.contains(where: { $0.isInvisible && $0 != "\n" }) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if scalar.isInvisible, scalar != "\n" {
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

extension Unicode.Scalar {
  fileprivate var isInvisible: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0: true  // Control characters, of 7 and of 8 bits.
    case 0x2028, 0x2029: true  // Line and paragraph separators.
    case 0x061C, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true  // Directions of writing.
    default: false
    }
  }
}
