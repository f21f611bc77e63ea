package import U2NetFiles
import U2NetNetwork
import U2NetPlatform
import U2NetSafetensors
import U2NetWeightFiles

/// Weights of any supported format, recognised and ready to be written as safetensors or ONNX.
package struct Conversion {
  let path: FilePath
  let file: WeightFile
  /// Recognised.
  package let network: TrainedNetwork

  /// What was published, if this is it.
  private let published: PretrainedWeights?

  /// - Parameter model: whose weights they are; nil: what the file is known as, or says itself.
  package init(_ path: FilePath, as model: Model? = nil) throws {
    self.path = path
    file = try WeightFile.read(path)
    published = Self.published(file)
    let network = try TrainedNetwork(file.contents)
    self.network = try (model ?? published?.model).map { try network.weights(of: $0) } ?? network
  }

  private static func published(_ file: WeightFile) -> PretrainedWeights? {
    let sums = [.sha256(file.sha256)] + (file.md5.map { [Checksum.md5($0)] } ?? [])
    return Model.allCases.map(PretrainedWeights.init).first { sums.contains($0.checksum) }
  }

  /// What was recognised, line by line.
  package var summary: [String] {
    let normalization = network.isNormalized ? "with batch normalisation" : "batch normalisation folded"
    return [
      "read: \(path) (\(file.format))", "SHA-256: \(file.sha256)",
      "recognised: \(network.configuration.title), \(network.store.count) tensors, "
        + "\(grouped(network.storedValues)) values, \(normalization)",
    ]
  }

  /// - Throws: `PipelineError` if the file that is converted would be replaced by `output`, or that is called as another
  ///   format's files are.
  package static func check(_ output: FilePath, from input: FilePath) throws(PipelineError) {
    try output.checkExtension(
      among: ["safetensors", "onnx"], "weights are written as safetensors, or as ONNX where the name ends in .onnx")
    var inUse = FilesInUse()
    inUse.add(input, as: "the weights that are read")
    try inUse.check(output)
  }

  /// Writes the tensors with what is known of their origin.
  /// - Parameters:
  ///   - path: of the file.
  ///   - input: what an ONNX graph takes; nil: safetensors are written.
  ///   - half: whether the convolutions' weights become float16.
  package func write(to path: FilePath, onnxFor input: ONNXInput? = nil, half: Bool = false) throws(WeightFileError) {
    var store = network.store
    store.metadata.merge(origin) { $1 }
    if let input {
      try network.writeONNX(to: path, for: input, half: half, metadata: store.metadata)
    } else {
      try Safetensors.write(store, to: path, half: half)
    }
  }

  private var origin: [String: String] {
    var result = [
      "model": network.configuration.name, "source_format": "\(file.format)", "source_sha256": file.sha256,
    ]
    if let published {
      (result["source"], result["origin"], result["licence"]) = (published.url, published.origin, published.licence)
    }
    return result
  }
}
