import U2NetCompute
import U2NetNetwork
import U2NetSafetensors
import Testing

@testable import U2NetWeightFiles
@testable import u2net_cli

/// A graph's convolutions must be the network's in all that they do, not in their weights' shapes only.
struct GraphTests {
  /// A graph of the lite network, with convolution `number` changed.
  private func file(_ number: Int, _ change: (inout ConvolutionGeometry) -> Void = { _ in }) -> WeightFile {
    let layers = Configuration.lite.outline(height: 32, width: 32).map(\.layer)
    let convolutions = layers.enumerated().map { index, layer in
      var geometry = ConvolutionGeometry()
      geometry.dilations = [layer.dilation, layer.dilation]
      geometry.pads = Array(repeating: layer.dilation * (layer.kernel - 1) / 2, count: 4)
      if index == number { change(&geometry) }
      func zeros(_ shape: [Int]) -> Tensor { Tensor(shape: shape, [Float](repeating: 0, count: shape.reduce(1, *))) }
      return ConvolutionSequence.Convolution(
        node: "Conv_\(index)", weight: .init(name: "w\(index)", tensor: zeros(layer.weightShape)),
        bias: .init(name: "b\(index)", tensor: zeros([layer.output])), geometry: geometry)
    }
    return WeightFile(
      format: .onnx, sha256: "", contents: .graph(ConvolutionSequence(source: "odd.onnx", convolutions: convolutions)))
  }

  @Test func aGraphAsTheNetworksIsRead() throws {
    #expect(try file(0).network().configuration.name == "lite")
  }

  @Test func whatDiffersIsRefusedByNameAndValue() {
    func problem(_ number: Int, _ change: (inout ConvolutionGeometry) -> Void) -> String {
      do { return "no error, but \(try file(number, change).network().configuration.name)" } catch { return "\(error)" }
    }
    let strided = problem(5) { $0.strides = [2, 2] }
    #expect(strided.hasPrefix("odd.onnx: node Conv_5, Conv: expected strides [1, 1], found [2, 2]"), "\(strided)")
    #expect(problem(118) { $0.pads = [1, 1, 1, 1] }.contains("expected pads [0, 0, 0, 0], found [1, 1, 1, 1]"))
    #expect(problem(0) { $0.group = 3 }.contains("expected group 1, found 3"))
    // A layer whose taps lie two apart.
    #expect(problem(7) { $0.dilations = [1, 1] }.contains("expected dilations [2, 2], found [1, 1]"))
  }
}
