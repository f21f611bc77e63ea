import U2NetCompute
import U2NetSafetensors

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What attributes say of an operation, against what a U²-Net's does. Source: ONNX's operators, whose defaults these are.
extension Onnx_NodeProto {
  private func attribute(_ name: String) -> Onnx_AttributeProto? { attribute.first { $0.name == name } }

  private func number(_ name: String, default value: Int64 = 0) -> Int64 { attribute(name)?.i ?? value }

  private func text(_ name: String, default value: String) -> String {
    attribute(name).map { printable(String(decoding: $0.s, as: UTF8.self)) } ?? value
  }

  private func numbers(_ name: String, default value: [Int64]) -> [Int64] { attribute(name)?.ints ?? value }

  /// Whether an Identity, Cast or Dropout leaves values as they are.
  var isNeutral: Bool {
    switch opType {
    // Float, float16, double, bfloat16; others cut off what is behind the point.
    case "Cast": [1, 10, 11, 16].contains(number("to"))
    // With a third input it may be told to drop values.
    case "Dropout": input.count <= 2
    default: true
    }
  }

  /// Whether this gives its first input as float32.
  var castsToFloat: Bool { opType == "Cast" && number("to") == 1 && input.count == 1 }

  private static let quantizing: Set<String> = ["", "ai.onnx", "com.microsoft"]
  /// Whether this takes floats to integers: from a map or weights, a scale and perhaps a zero point.
  var isQuantization: Bool { opType == "QuantizeLinear" && Self.quantizing.contains(domain) && input.count >= 2 }
  /// Whether this takes integers back to floats.
  var isDequantization: Bool { opType == "DequantizeLinear" && Self.quantizing.contains(domain) && input.count >= 2 }
  /// Along which there is a scale for each index.
  var quantizedAxis: Int { Int(number("axis", default: 1)) }
  /// How many values have a scale of their own; 0: all.
  var blockSize: Int { Int(number("block_size")) }

  /// Cells along each side of an average pool's result.
  var cells: Int? {
    let cells = number(ONNXFunctions.cells)
    return (1...Int64(UInt16.max)).contains(cells) ? Int(cells) : nil
  }

  /// What tells a convolution from others of the same map: the side of its kernel and its dilation, if they are said.
  var convolutionForm: [Int] {
    [numbers("kernel_shape", default: []).first, numbers("dilations", default: [1]).first].map { Int($0 ?? 0) }
  }

  /// In what this does something else than a U²-Net's node of its kind; nil if in nothing. Sizes are left open: maps are
  /// joined with others that are not resized, and only maps of one size can be.
  /// - Parameter version: of the operators.
  func deviation(version: Int64) -> String? {
    func expect(_ what: String, _ allowed: [String], _ found: String) -> String? {
      allowed.contains(found) ? nil : "expected \(what) \(allowed[0]), found \(found)"
    }
    func expect(_ what: String, _ allowed: [[Int64]], _ found: [Int64]) -> String? {
      allowed.contains(found) ? nil : "expected \(what) \(allowed[0]), found \(found.prefix(8).map { $0 })"
    }
    switch opType {
    case "Upsample": return expect("mode", ["linear", "bilinear"], text("mode", default: "nearest"))
    case "Resize":
      return expect("mode", ["linear"], text("mode", default: "nearest"))
        // Before version 11 there was one mapping of coordinates, not quite what networks are trained with; exporters
        // warned and used it.
        ?? (version < 11
          ? nil
          : expect(
            "coordinate_transformation_mode", ["half_pixel", "pytorch_half_pixel"],
            text("coordinate_transformation_mode", default: "half_pixel")))
        ?? expect("antialias", [[0]], [number("antialias")])
    case "MaxPool":
      // Floor and ceiling differ for odd sizes only, where exporters that had no ceiling padded.
      return expect("kernel_shape", [[2, 2]], numbers("kernel_shape", default: []))
        ?? expect("strides", [[2, 2]], numbers("strides", default: [1, 1]))
        ?? expect("dilations", [[1, 1]], numbers("dilations", default: [1, 1]))
        ?? expect(
          "pads",
          number("ceil_mode") == 0 ? [[0, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 1, 0]] : [[0, 0, 0, 0]],
          numbers("pads", default: [0, 0, 0, 0]))
        ?? expect("auto_pad", ["NOTSET", "SAME_UPPER", "VALID"], text("auto_pad", default: "NOTSET"))
    case "Concat": return expect("axis", [[1], [-3]], [number("axis", default: 1)])
    case "BatchNormalization":
      let epsilon = attribute("epsilon")?.f ?? 1e-5, own = Float(ConvolutionParameters.BatchNormalization.epsilon)
      if epsilon != own { return "expected epsilon \(own), found \(epsilon)" }
      return number("training_mode") == 0 && output.count <= 1
        ? nil : "expected the network in evaluation mode, found it in training mode"
    default: return nil
    }
  }
}
