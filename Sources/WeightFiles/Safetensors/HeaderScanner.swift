import U2NetWeightBase

/// Reads the subset of JSON that safetensors headers use: objects, strings, arrays of whole numbers.
///
/// A general JSON decoder would silently keep one of two tensors of the same name, and a header nests to a
/// fixed depth, so nothing here recurses. Positions are offsets from the start of the file.
struct HeaderScanner {
  private let bytes: UnsafeRawBufferPointer
  private let end: Int
  private var position: Int
  private let file: String

  init(_ bytes: UnsafeRawBufferPointer, range: Range<Int>, file: String) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
    self.file = file
  }

  /// Reads `{"key": value, …}`, calling `value` at the start of each value.
  mutating func object(
    _ value: (inout HeaderScanner, _ key: String) throws(WeightFileError) -> Void
  ) throws(WeightFileError) {
    try expect("{")
    if accept("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try value(&self, key)
    } while accept(",")
    try expect("}")
  }

  /// Reads `[1, 2, …]`.
  mutating func integers() throws(WeightFileError) -> [Int] {
    try expect("[")
    var result: [Int] = []
    if accept("]") { return result }
    repeat { result.append(try integer()) } while accept(",")
    try expect("]")
    return result
  }

  mutating func string() throws(WeightFileError) -> String {
    try expect("\"")
    let start = position
    var text: [UInt8] = []
    while let byte = next() {
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw error("expected UTF-8 text in the header, found other bytes", at: start)
        }
        return string
      case UInt8(ascii: "\\"): text += try escape()
      case ..<0x20: throw error("expected text in the header, found control character \(byte)", at: position - 1)
      default: text.append(byte)
      }
    }
    throw error("the header ends inside a string", at: start)
  }

  /// Requires that nothing but white space is left.
  mutating func finish() throws(WeightFileError) {
    skipSpace()
    if position < end { throw error("expected the end of the header, found \(found())", at: position) }
  }

  func error(_ problem: String, at offset: Int? = nil) -> WeightFileError {
    WeightFileError(file: file, at: .byte(offset ?? position), problem)
  }

  private mutating func integer() throws(WeightFileError) -> Int {
    skipSpace()
    let start = position
    var value = 0
    while position < end, case UInt8(ascii: "0")...UInt8(ascii: "9") = bytes[position] {
      let (tens, tooBig) = value.multipliedReportingOverflow(by: 10)
      let (sum, stillTooBig) = tens.addingReportingOverflow(Int(bytes[position] & 15))
      guard !tooBig && !stillTooBig else { throw error("expected a number below 2^63, found a larger one", at: start) }
      value = sum
      position += 1
    }
    if position == start { throw error("expected a number ≥ 0 in the header, found \(found())") }
    return value
  }

  /// What the escape sequence after a backslash stands for, in UTF-8.
  private mutating func escape() throws(WeightFileError) -> [UInt8] {
    let start = position - 1
    switch next().map({ Character(Unicode.Scalar($0)) }) {
    case "\"": return [0x22]
    case "\\": return [0x5c]
    case "/": return [0x2f]
    case "b": return [0x08]
    case "f": return [0x0c]
    case "n": return [0x0a]
    case "r": return [0x0d]
    case "t": return [0x09]
    case "u":
      var units = [try hexadecimal()]
      if UTF16.isLeadSurrogate(units[0]), next() == UInt8(ascii: "\\"), next() == UInt8(ascii: "u") {
        units.append(try hexadecimal())
      }
      if let text = String(validating: units, as: UTF16.self) { return Array(text.utf8) }
      fallthrough
    default: throw error("expected an escape sequence in the header, found an invalid one", at: start)
    }
  }

  private mutating func hexadecimal() throws(WeightFileError) -> UInt16 {
    let digits = (0..<4).compactMap { _ in next().flatMap { Character(Unicode.Scalar($0)).hexDigitValue } }
    guard digits.count == 4 else { throw error("expected four hexadecimal digits in the header") }
    return digits.reduce(0) { $0 << 4 | UInt16($1) }
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(WeightFileError) {
    guard accept(character) else { throw error("expected '\(character)' in the header, found \(found())") }
  }

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard position < end, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while position < end, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) { position += 1 }
  }

  private mutating func next() -> UInt8? {
    guard position < end else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  private func found() -> String {
    position < end ? "byte 0x" + String(bytes[position], radix: 16) : "its end"
  }
}
