package import U2NetFiles
import U2NetNetwork
import U2NetPlatform
import U2NetSafetensors
import U2NetWeightFiles

/// Weights of any supported format, recognised and ready to be written as safetensors or ONNX.
package struct Conversion {
  let path: FilePath
  let file: WeightFile
  let network: TrainedNetwork

  package init(_ path: FilePath) throws {
    self.path = path
    file = try WeightFile.read(path)
    network = try TrainedNetwork(file.contents)
  }

  /// What was recognised, line by line.
  package var summary: [String] {
    let normalization = network.isNormalized ? "with batch normalisation" : "batch normalisation folded"
    return [
      "read: \(path) (\(file.format))", "SHA-256: \(file.sha256)",
      "recognised: \(network.configuration.name) U²-Net, \(network.store.count) tensors, "
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
    if let published = Model.allCases.map(PretrainedWeights.init).first(where: { $0.sha256 == file.sha256 }) {
      (result["source"], result["origin"], result["licence"]) = (published.url, published.origin, published.licence)
    }
    return result
  }
}
