import U2NetCompute
package import U2NetFiles
import U2NetWeightBase

extension Safetensors {
  /// Writes the tensors as F32 and the metadata to `path`, replacing what is there in one step.
  ///
  /// The same store always gives the same bytes: names and metadata are sorted, and the header is padded with
  /// spaces so that the tensors start at a multiple of 64 bytes. Tensors go straight from their memory to the
  /// file, so a store that was read from `path` can be written back to it.
  /// - Throws: if the file cannot be written; then `path` is as it was before.
  public static func write(_ store: ParameterStore, to path: String) throws(WeightFileError) {
    try write(store, to: FilePath(path))
  }

  /// As `write(_:to:)` with a `String`, for names that need not be UTF-8.
  package static func write(_ store: ParameterStore, to path: FilePath) throws(WeightFileError) {
    do throws(FileError) {
      var file = try AtomicFile(path)
      try emit(store) { bytes throws(FileError) in try file.append(bytes) }
      try file.commit(durably: true)
    } catch {
      throw WeightFileError(file: "\(path)", "cannot write: \(error.reason)")
    }
  }

  /// The bytes that `write` puts in a file.
  public static func serialize(_ store: ParameterStore) -> [UInt8] {
    var result: [UInt8] = []
    emit(store) { bytes in result += bytes }
    return result
  }

  private static func emit<Failure: Error>(
    _ store: ParameterStore, to sink: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    // The `withUnsafe…` functions forget an error's type; a result carries it past them.
    func pass(_ bytes: UnsafeRawBufferPointer) -> Result<Void, Failure> {
      Result { () throws(Failure) in try sink(bytes) }
    }
    let names = store.names.sorted()
    try header(of: store, names: names).withUnsafeBytes(pass).get()
    for name in names {
      try store[name]!.withUnsafeBufferPointer { pass(UnsafeRawBufferPointer($0)) }.get()
    }
  }

  /// The length and the padded JSON.
  private static func header(of store: ParameterStore, names: [String]) -> [UInt8] {
    var members: [String] = []
    if !store.metadata.isEmpty {
      let strings = store.metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"\(Header.metadataName)\":{\(strings.joined(separator: ","))}")
    }
    var offset = 0
    for name in names {
      precondition(name != Header.metadataName, "no tensor can have the name \(name)")
      let tensor = store[name]!
      let end = offset + tensor.count * MemoryLayout<Float>.size
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append("\(quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
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
