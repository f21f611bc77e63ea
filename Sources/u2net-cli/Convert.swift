import ArgumentParser
import U2NetFiles
import U2NetSafetensors
import U2Net
import U2NetWeightFiles

struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn trained weights (.onnx, .pth, .safetensors) into a .safetensors file.",
    discussion: """
      Recognises the full and the lite U²-Net, and other widths of the same blocks, from the shapes. Nothing in \
      a .pth file is executed.
      """)

  @Argument(help: "The weights: an ONNX graph, a PyTorch checkpoint or a safetensors file.")
  var input: String

  @Argument(help: "The .safetensors file to write.")
  var output: String

  func validate() throws {
    guard output != "-" else { throw ValidationError("weights cannot go to standard output: name a file") }
  }

  func run() throws {
    let input = FilePath(argument: input), output = FilePath(output: output)
    try output.checkExtension(among: ["safetensors"], "weights are written as safetensors")
    var inUse = FilesInUse()
    inUse.add(input, as: "the weights that are read")
    try inUse.check(output)
    let conversion = try Conversion(input)
    try conversion.write(to: output)
    print(conversion.summary)
    print("written: \(output)")
  }
}

/// Weights of any supported format, recognised and ready to be written as safetensors.
struct Conversion {
  let path: FilePath
  let file: WeightFile
  let network: TrainedNetwork

  init(_ path: FilePath) throws {
    self.path = path
    file = try WeightFile.read(path)
    network = try file.network()
  }

  /// What was recognised.
  var summary: String {
    let normalization = network.isNormalized ? "with batch normalisation" : "batch normalisation folded"
    return """
      read: \(path) (\(file.format))
      SHA-256: \(file.sha256)
      recognised: \(network.configuration.name) U²-Net, \(network.store.count) tensors, \
      \(grouped(network.storedValues)) values, \(normalization)
      """
  }

  /// Writes the tensors with what is known of their origin.
  func write(to path: FilePath) throws {
    var store = network.store
    store.metadata["model"] = network.configuration.name
    store.metadata["source_format"] = "\(file.format)"
    store.metadata["source_sha256"] = file.sha256
    if let published = Model.allCases.map(PretrainedWeights.init).first(where: { $0.sha256 == file.sha256 }) {
      store.metadata["source"] = published.url
      store.metadata["origin"] = published.origin
      store.metadata["licence"] = published.licence
    }
    try Safetensors.write(store, to: path)
  }
}
