import U2NetCompute
package import U2NetFiles
import U2NetWeightBase

extension Safetensors {
  /// Writes the tensors and the metadata to `path`, replacing what is there in one step.
  ///
  /// The same store always gives the same bytes: names and metadata are sorted, and the header is padded with
  /// spaces so that the tensors start at a multiple of 64 bytes. Tensors go straight from their memory to the
  /// file, so a store that was read from `path` can be written back to it.
  /// - Parameters:
  ///   - store: what is written.
  ///   - path: of the file.
  ///   - half: whether tensors of two or more dimensions, all that is large in a network, are rounded to F16; all else is F32.
  /// - Throws: if the file cannot be written, or a value is beyond F16; then `path` is as it was before.
  public static func write(_ store: ParameterStore, to path: String, half: Bool = false) throws(WeightFileError) {
    try write(store, to: FilePath(path), half: half)
  }

  /// As `write(_:to:half:)` with a `String`, for names that need not be UTF-8.
  package static func write(
    _ store: ParameterStore, to path: FilePath, half: Bool = false
  ) throws(WeightFileError) {
    let tensors = ordered(store, half: half)
    for (name, tensor, type) in tensors { try type.checkRange(of: tensor, named: name, file: "\(path)") }
    do throws(FileError) {
      var file = try AtomicFile(path)
      try emit(tensors, store.metadata) { bytes throws(FileError) in try file.append(bytes) }
      try file.commit(durably: true)
    } catch {
      throw WeightFileError(file: "\(path)", "cannot write: \(error.reason)")
    }
  }

  /// The bytes that `write` puts in a file, all tensors as F32.
  public static func serialize(_ store: ParameterStore) -> [UInt8] {
    var result: [UInt8] = []
    emit(ordered(store, half: false), store.metadata) { bytes in result += bytes }
    return result
  }

  private typealias Entry = (name: String, tensor: Tensor, type: ElementType)

  /// By name, F32 before F16: so the elements of all are aligned.
  private static func ordered(_ store: ParameterStore, half: Bool) -> [Entry] {
    let entries = store.names.sorted().map { name in
      let tensor = store[name]!
      return (name: name, tensor: tensor, type: ElementType(ofWritten: tensor.shape, half: half))
    }
    return entries.filter { $0.type == .float32 } + entries.filter { $0.type == .float16 }
  }

  private static func emit<Failure: Error>(
    _ tensors: [Entry], _ metadata: [String: String], to sink: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    // `withUnsafeBytes` forgets an error's type; a result carries it past.
    try header(of: tensors, metadata).withUnsafeBytes { bytes in
      Result { () throws(Failure) in try sink(bytes) }
    }.get()
    for (_, tensor, type) in tensors { try type.emit(tensor, to: sink) }
  }

  /// The length and the padded JSON.
  private static func header(of tensors: [Entry], _ metadata: [String: String]) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let strings = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"\(Header.metadataName)\":{\(strings.joined(separator: ","))}")
    }
    var offset = 0
    for (name, tensor, type) in tensors {
      precondition(name != Header.metadataName, "no tensor can have the name \(name)")
      let end = offset + tensor.count * type.size
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(name)):{\"dtype\":\"\(type.rawValue)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var json = Array("{\(members.joined(separator: ","))}".utf8)
    let padding = (64 - (Header.lengthSize + json.count) % 64) % 64
    json += Array(repeating: UInt8(ascii: " "), count: padding)
    precondition(json.count <= Header.maximumLength, "the names and metadata exceed the format's limit")
    return withUnsafeBytes(of: UInt64(json.count).littleEndian, Array.init) + json
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\0"..<" ":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
