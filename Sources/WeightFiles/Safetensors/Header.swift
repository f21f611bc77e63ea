import U2NetWeightBase

/// What a safetensors file says about its tensors, checked against the format's rules.
///
/// The file is an 8-byte little-endian header length, a JSON header, and the tensors' bytes. The header maps
/// each name to `{"dtype": "F32", "shape": […], "data_offsets": [begin, end]}`, with offsets from the end of
/// the header, and `__metadata__` to an object of strings. The ranges must cover the rest of the file without
/// gaps or overlaps.
struct Header {
  struct Entry {
    let name: String
    let type: ElementType
    let shape: [Int]
    /// Where the elements are, from the start of the file.
    let range: Range<Int>
  }

  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  static let lengthSize = 8
  static let metadataName = "__metadata__"
  static let maximumLength = 100_000_000  // The format's own limit.

  init(_ bytes: UnsafeRawBufferPointer, file: String) throws(WeightFileError) {
    guard bytes.count >= Self.lengthSize else {
      try Impostor.check(bytes, file: file)
      throw WeightFileError(file: file, "expected at least \(Self.lengthSize) bytes, found \(bytes.count)")
    }
    let claimed = bytes.loadUnaligned(as: UInt64.self)
    let limit = min(bytes.count - Self.lengthSize, Self.maximumLength)
    guard let length = Int(exactly: claimed), length <= limit else {
      try Impostor.check(bytes, file: file)
      throw WeightFileError(file: file, at: .byte(0), "expected a header of at most \(limit) bytes, found \(claimed)")
    }
    let dataStart = Self.lengthSize + length, size = bytes.count
    var scanner = HeaderScanner(bytes, range: Self.lengthSize..<dataStart, file: file)
    var names: Set<String> = []
    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    try scanner.object { scanner, name throws(WeightFileError) in
      guard names.insert(name).inserted else {
        throw WeightFileError(file: file, at: .tensor(name), "expected one entry of this name, found two")
      }
      if name == Self.metadataName {
        try scanner.object { scanner, key throws(WeightFileError) in metadata[key] = try scanner.string() }
      } else {
        entries.append(
          try Self.entry(named: name, from: &scanner, dataStart: dataStart, dataSize: size - dataStart, file: file))
      }
    }
    try scanner.finish()
    self.entries = entries
    self.metadata = metadata
    try checkCoverage(dataStart..<size, file: file)
  }

  private static func entry(
    named name: String, from scanner: inout HeaderScanner, dataStart: Int, dataSize: Int, file: String
  ) throws(WeightFileError) -> Entry {
    var dtype: String?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.object { scanner, key throws(WeightFileError) in
      switch key {
      case "dtype" where dtype == nil: dtype = try scanner.string()
      case "shape" where shape == nil: shape = try scanner.integers()
      case "data_offsets" where offsets == nil: offsets = try scanner.integers()
      default: throw scanner.error("expected dtype, shape and data_offsets once each, found \(printable(key))")
      }
    }
    func error(_ problem: String) -> WeightFileError { WeightFileError(file: file, at: .tensor(name), problem) }

    guard let dtype, let shape, let offsets else { throw error("expected dtype, shape and data_offsets") }
    guard let type = ElementType(rawValue: dtype) else {
      let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
      throw error("expected a dtype among \(known), found \(printable(dtype))")
    }
    guard offsets.count == 2, offsets[0] <= offsets[1], offsets[1] <= dataSize else {
      throw error("expected data_offsets [begin, end] within \(dataSize) bytes, found \(offsets.prefix(4))")
    }
    guard let expected = byteCount(shape, type) else { throw error("the shape \(shape.prefix(8)) is too large") }
    guard offsets[1] - offsets[0] == expected else {
      throw error("expected \(expected) bytes, found \(offsets[1] - offsets[0])")
    }
    return Entry(name: name, type: type, shape: shape, range: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  private func checkCoverage(_ data: Range<Int>, file: String) throws(WeightFileError) {
    var end = data.lowerBound
    // Empty tensors share their start with the tensor that follows them.
    let inOrder = entries.sorted { ($0.range.lowerBound, $0.range.count) < ($1.range.lowerBound, $1.range.count) }
    for entry in inOrder {
      guard entry.range.lowerBound == end else {
        let fault = entry.range.lowerBound < end ? "an overlap" : "a gap"
        throw WeightFileError(
          file: file, at: .tensor(entry.name),
          "expected to start at byte \(end), found byte \(entry.range.lowerBound): \(fault)")
      }
      end = entry.range.upperBound
    }
    guard end == data.upperBound else {
      throw WeightFileError(
        file: file, at: .byte(end), "expected the end of the file, found \(data.upperBound - end) more bytes")
    }
  }
}
