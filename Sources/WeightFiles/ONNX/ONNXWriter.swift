import U2NetCompute
package import U2NetFiles
import U2NetPlatform
import U2NetWeightBase
import SwiftProtobuf

extension ONNXRecorder {
  /// Writes the recorded graph with its weights to `path`, replacing what is there in one step.
  ///
  /// Round the weights the message is put together by hand, so that they go from their memory to the file, one layer after the
  /// other. The same network always gives the same bytes.
  /// - Parameters:
  ///   - path: of the file.
  ///   - metadata: what lies beside the graph.
  ///   - parameters: of a layer, batch normalisation folded; asked for when its turn has come.
  /// - Throws: if the file cannot be written, a weight is beyond float16, or the weights are more than the format holds; then
  ///   `path` is as it was before.
  package func write(
    to path: FilePath, metadata: [String: String], parameters: (LayerName) -> ConvolutionParameters
  ) throws(WeightFileError) {
    let structure = bytes(of: graph)
    let size = layers.flatMap(initializers).reduce(structure.count) { $0 + $1.size }
    guard size < Self.mostBytes else {
      throw WeightFileError(
        file: "\(path)",
        "cannot write: an ONNX file holds less than 2 GiB, and this network takes \(size >> 20) MiB")
    }
    if half { for layer in layers { try checkRange(of: layer, parameters(layer.name), file: "\(path)") } }
    do throws(FileError) {
      var file = try AtomicFile(path)
      try file.append(bytes(of: head) + Field.graph.opening(ofBytes: size) + structure)
      for layer in layers {
        let values = parameters(layer.name)
        for (initializer, tensor) in zip(initializers(of: layer), [values.weight, values.bias]) {
          try file.append(initializer.opening)
          try initializer.type.emit(tensor) { bytes throws(FileError) in try file.append(bytes) }
        }
      }
      try file.append(bytes(of: tail(metadata)))
      try file.commit(durably: true)
    } catch {
      throw WeightFileError(file: "\(path)", "cannot write: \(error.reason)")
    }
  }

  /// Readers of Protocol Buffers take no larger messages.
  private static let mostBytes = 1 << 31 - (1 << 20)

  /// What stands before the graph; the first byte, the version's, is what files are known by.
  private var head: Onnx_ModelProto {
    .with { ($0.irVersion, $0.producerName, $0.producerVersion) = (8, "u2net", U2NetVersion.current) }
  }

  private func tail(_ metadata: [String: String]) -> Onnx_ModelProto {
    .with { model in
      model.opsetImport = [.init("", Self.operators)]
      if hasAveragePool {
        model.opsetImport.append(.init(ONNXFunctions.domain, ONNXFunctions.version))
        model.functions = [ONNXFunctions.averagePool]
      }
      model.metadataProps = metadata.sorted { $0.key < $1.key }.map { key, value in
        .with { ($0.key, $0.value) = (key, value) }
      }
    }
  }

  private func checkRange(
    of layer: Convolution, _ values: ConvolutionParameters, file: String
  ) throws(WeightFileError) {
    for (initializer, tensor) in zip(initializers(of: layer), [values.weight, values.bias]) {
      try initializer.type.checkRange(of: tensor, named: initializer.name, file: file)
    }
  }

  // MARK: - Weights

  /// A tensor in the file: what stands before its bytes.
  private struct Initializer {
    let name: String
    let type: ElementType
    /// Up to the first of the values' bytes.
    let opening: [UInt8]
    /// Of all of it.
    let size: Int
  }

  /// Of the weight and of the bias.
  private func initializers(of layer: Convolution) -> [Initializer] {
    let names = names(layer.name)
    return [(names.weight, layer.weightShape), (names.bias, [layer.output])].map { name, shape in
      let type = ElementType(ofWritten: shape, half: half), values = byteCount(shape, type)!
      let description = Onnx_TensorProto.with { tensor in
        (tensor.name, tensor.dims) = (name, shape.map(Int64.init))
        tensor.dataType = Int32((type == .float16 ? Onnx_TensorProto.DataType.float16 : .float).rawValue)
      }
      let inner = bytes(of: description) + Field.rawData.opening(ofBytes: values)
      let opening = Field.initializer.opening(ofBytes: inner.count + values) + inner
      return Initializer(name: name, type: type, opening: opening, size: opening.count + values)
    }
  }
}

/// A field whose value is written after it: its number in onnx.proto.
private enum Field: UInt8 {
  /// Of a model.
  case graph = 7
  /// Of a graph.
  case initializer = 5
  /// Of a tensor.
  case rawData = 9

  /// Number, kind (2: bytes) and length, the latter seven bits at a time, the lowest first.
  func opening(ofBytes count: Int) -> [UInt8] {
    var result = [rawValue << 3 | 2], rest = count
    while rest > 0x7f {
      result.append(UInt8(rest & 0x7f) | 0x80)
      rest >>= 7
    }
    return result + [UInt8(rest)]
  }
}

/// A message's encoding, which fails only where required fields are missing: these have none.
private func bytes(of message: some Message) -> [UInt8] { try! message.serializedBytes() }

extension AtomicFile {
  fileprivate mutating func append(_ bytes: [UInt8]) throws(FileError) {
    // The buffer is the file's for the call only.
    let span = bytes.span.bytes
    try span.withUnsafeBytes { (buffer: UnsafeRawBufferPointer) throws(FileError) in try append(buffer) }
  }
}
