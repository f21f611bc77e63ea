import U2NetCompute
package import U2NetFiles
import U2NetWeightFiles

extension TrainedNetwork {
  /// Writes the network as an ONNX graph with its weights, batch normalisation folded into the convolutions.
  ///
  /// Input and outputs are called, ordered and shaped as in the published files: "input.1", then the fused map and side1 … side6 as
  /// probabilities. The metadata name the stages, so that `init(contentsOf:kinds:)` reads networks of all blocks.
  /// - Parameters:
  ///   - path: of the file, which is replaced in one step.
  ///   - input: the pictures that the graph takes; nil: of the size that the network was trained for.
  ///   - half: whether the convolutions' weights lie in the file as float16. They are cast when it is loaded, and what is computed
  ///     with is float32.
  /// - Throws: `WeightFileError` if the file cannot be written, or a weight is beyond float16; then `path` is as it was before.
  public func write(
    onnx path: String, for input: ONNXInput? = nil, half: Bool = false
  ) throws(WeightFileError) {
    let input = input ?? .fixed(height: self.input.size, width: self.input.size)
    try writeONNX(to: FilePath(path), for: input, half: half, metadata: store.metadata)
  }

  /// As `write(onnx:for:half:)`, for names that need not be UTF-8.
  /// - Parameter metadata: beside the name of the stages.
  package func writeONNX(
    to path: FilePath, for input: ONNXInput, half: Bool, metadata: [String: String]
  ) throws(WeightFileError) {
    if case .fixed(let height, let width) = input {
      precondition(min(height, width) >= 32, "the network needs at least 32×32 pixels, not \(height)×\(width)")
    }
    let recorder = ONNXRecorder(input, half: half) { layer in
      let names = ParameterNames(layer)
      return (names.weight, names.bias)
    }
    let picture = recorder.picture(channels: configuration.pictureChannels)
    recorder.output(configuration.logits(of: picture, on: recorder))
    let stages = [Configuration.metadataKey: configuration.text]
    try recorder.write(to: path, metadata: metadata.merging(stages) { $1 }) { parameters[$0]!.folded }
  }
}
