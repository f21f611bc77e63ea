import ArgumentParser
import U2NetCompute
import U2NetFiles
import U2NetMachine
import U2NetSafetensors
import U2Net
import U2NetWeightFiles

/// Which network to use, and how many cores.
struct ModelOptions: ParsableArguments {
  @Option(
    name: .shortAndLong,
    help: "lite (built in) or full (sharper, needs `u2net weights full` once); u2netp and u2net mean the same.")
  var model: Model?

  @Option(help: ArgumentHelp("Use the weights in FILE (.safetensors, .onnx or .pth) instead.", valueName: "file"))
  var weights: String?

  @Option(help: ArgumentHelp("Folder of downloaded weights.", valueName: "dir"))
  var cache: String?

  @Option(help: "Threads to work with (default: all cores that the process may use).")
  var threads: Int = ResourceLimits.current.cores

  @Option(
    name: .customLong("input-size"),
    help: "Side of the square that the network sees, 32 to 2048 pixels; the weights were trained for 320.")
  var size = 320

  func validate() throws {
    guard model == nil || weights == nil else { throw ValidationError("--model and --weights exclude each other") }
    guard (1...1024).contains(threads) else { throw ValidationError("--threads must be 1 to 1024, not \(threads)") }
    guard (32...2048).contains(size) else { throw ValidationError("--input-size must be 32 to 2048, not \(size)") }
  }

  func network() throws -> TrainedNetwork {
    if let weights { return try WeightFile.read(FilePath(argument: weights)).network() }
    return try .pretrained(model ?? .lite, cache: cache)
  }
}

extension Model: ExpressibleByArgument {
  public init?(argument: String) { self.init(name: argument) }
  public static var allValueStrings: [String] { ["lite", "full"] }
}

extension WeightFile {
  /// The U²-Net in this file, recognised and checked.
  func network() throws -> TrainedNetwork {
    switch contents {
    case .named(let store):
      return try TrainedNetwork(store)
    case .graph(let sequence):
      var convolutions: [(name: String, weight: Tensor, bias: Tensor)] = []
      for convolution in sequence.convolutions {
        guard let bias = convolution.bias else {
          throw WeightFileError(
            file: sequence.source, at: .tensor(convolution.weight.name), "this convolution has no bias; U²-Net's have")
        }
        convolutions.append((convolution.weight.name, convolution.weight.tensor, bias.tensor))
      }
      let network = try TrainedNetwork(TrainedNetwork.store(naming: convolutions, source: sequence.source))
      try network.configuration.checkGeometry(of: sequence)
      return network
    }
  }
}

extension Configuration {
  /// A graph's weights fit others' networks, too: what it does with them must be what this one does.
  /// - Throws: naming the first node that differs, and how.
  fileprivate func checkGeometry(of sequence: ConvolutionSequence) throws(WeightFileError) {
    for (number, (row, convolution)) in zip(outline(height: 32, width: 32), sequence.convolutions).enumerated() {
      let layer = row.layer
      guard let difference = convolution.geometry.difference(kernel: layer.kernel, dilation: layer.dilation) else {
        continue
      }
      let node = convolution.node.isEmpty ? "Conv number \(number)" : "node \(printable(convolution.node)), Conv"
      throw WeightFileError(
        file: sequence.source, "\(node): \(printable(difference)), which is not what \(layer.name) of a U²-Net does")
    }
  }
}
