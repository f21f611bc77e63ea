import Foundation
import U2NetSafetensors
import SwiftProtobuf
import Testing

@testable import U2NetWeightFiles

@Suite struct ONNXTests {
  @Test(arguments: ["raw", "floats", "doubles", "constant"])
  func convolutionsInGraphOrder(name: String) throws {
    let graph = try #require(try WeightFile.read(path: fixture("\(name).onnx")).graph)
    let golden = try Golden.tensors("onnx")
    #expect(graph.convolutions.map(\.node) == ["Conv_0", "Conv_2"])
    #expect(graph.convolutions.map(\.weight.name) == ["7", "side.weight"])
    #expect(graph.convolutions.map(\.bias?.name) == ["8", nil])
    for parameter in graph.convolutions.flatMap({ [$0.weight, $0.bias].compactMap { $0 } }) {
      expectEqual(parameter.tensor, golden[parameter.name], parameter.name)
    }
  }

  @Test func halves() throws {
    let graph = try #require(try WeightFile.read(path: fixture("halves.onnx")).graph)
    expectEqual(graph.convolutions[1].weight.tensor, try Golden.tensors("onnx-halves")["side.weight"], "side.weight")
  }

  @Test(arguments: [
    ("computed", "expected weights in an initializer or a Constant node, found the output of Identity"),
    ("external", "its values are in weights.bin: No such file or directory"),
    ("short", "expected 12 bytes, found 11"),
  ])
  func weightsThatAreNotThere(name: String, expected: String) {
    #expect(message(fixture("\(name).onnx")) == "tensor side.weight: \(expected)")
  }

  private func changed(_ change: (inout Onnx_ModelProto) -> Void) throws -> String {
    var model = try Onnx_ModelProto(serializedBytes: try Data(contentsOf: URL(filePath: fixture("raw.onnx"))))
    change(&model)
    return try message(model.serializedData())
  }

  private func node(_ kind: String, _ inputs: [String], _ output: String, named name: String = "odd") -> Onnx_NodeProto
  {
    var node = Onnx_NodeProto()
    (node.opType, node.input, node.output, node.name) = (kind, inputs, [output], name)
    return node
  }

  private func attribute(_ name: String, _ numbers: [Int64]) -> Onnx_AttributeProto {
    var attribute = Onnx_AttributeProto()
    (attribute.name, attribute.ints) = (name, numbers)
    return attribute
  }

  /// What ONNX says of a convolution, with its defaults, after a way through the encoding.
  private func geometry(_ attributes: [Onnx_AttributeProto]) throws -> ConvolutionGeometry {
    var model = try Onnx_ModelProto(serializedBytes: try Data(contentsOf: URL(filePath: fixture("raw.onnx"))))
    model.graph.node[0].attribute = attributes
    let file = try TemporaryFile(model.serializedData())
    return try #require(try WeightFile.read(path: file.path).graph).convolutions[0].geometry
  }

  @Test func attributesOfConvolutionsAreRead() throws {
    #expect(try geometry([]) == ConvolutionGeometry())
    var group = Onnx_AttributeProto(), auto = Onnx_AttributeProto()
    (group.name, group.i, auto.name, auto.s) = ("group", 2, "auto_pad", Data("SAME_UPPER".utf8))
    let read = try geometry([
      attribute("strides", [2, 1]), attribute("dilations", [4, 8]), attribute("pads", [1, 2, 3, 4]),
      attribute("kernel_shape", [3, 3]), group, auto,
    ])
    #expect(read.strides == [2, 1] && read.dilations == [4, 8] && read.pads == [1, 2, 3, 4])
    #expect(read.group == 2 && read.autoPad == "SAME_UPPER")
  }

  @Test func whatDiffersFromTheNetworksIsNamed() {
    func difference(
      _ dilation: Int = 2, kernel: Int = 3, _ change: (inout ConvolutionGeometry) -> Void = { _ in }
    ) -> String? {
      var geometry = ConvolutionGeometry()
      geometry.pads = Array(repeating: 2 * (kernel - 1) / 2, count: 4)
      geometry.dilations = [2, 2]
      change(&geometry)
      return geometry.difference(kernel: kernel, dilation: dilation)
    }
    #expect(difference() == nil && difference(kernel: 1) == nil)
    #expect(difference { ($0.autoPad, $0.pads) = ("SAME_UPPER", []) } == nil)
    #expect(difference { $0.strides = [2, 2] } == "expected strides [1, 1], found [2, 2]")
    #expect(difference(4) == "expected dilations [4, 4], found [2, 2]")
    #expect(difference { $0.pads = [2, 2, 2, 1] } == "expected pads [2, 2, 2, 2], found [2, 2, 2, 1]")
    #expect(difference { $0.pads = [] } == "expected pads [2, 2, 2, 2], found []")
    #expect(difference { $0.group = 3 } == "expected group 1, found 3")
    #expect(difference { $0.autoPad = "VALID" } == "expected auto_pad NOTSET, found VALID")
  }

  /// Such a graph would have its picture normalised twice.
  @Test(arguments: ["Sub", "Div", "Mul", "Add", "Transpose", "Resize", "BatchNormalization", "Custom\u{1b}[2J"])
  func arithmeticBeforeTheFirstConvolutionIsRefused(kind: String) throws {
    let message = try changed { model in
      model.graph.node.insert(node(kind, ["x", "8"], "normalised"), at: 0)
      model.graph.node[1].input[0] = "normalised"
    }
    let shown = kind.replacing("\u{1b}", with: #"\u{1B}"#)
    #expect(message.hasPrefix("node odd, \(shown): it works on the picture before the first convolution"), "\(message)")
  }

  @Test func operationsThatAUNetDoesNotHaveAreRefused() throws {
    // In the place of the Relu between the convolutions.
    for kind in ["BatchNormalization", "LeakyRelu", "Mul", "Softmax", "InstanceNormalization", "If", ""] {
      let message = try changed { $0.graph.node[1] = node(kind, ["a"], "b", named: "") }
      #expect(message.hasPrefix("node number 1, \(kind): a U²-Net"), "\(message)")
    }
    // A bias that is added afterwards, and what is made of the result.
    #expect(try changed { $0.graph.node[1] = node("Add", ["a", "8"], "b") }.hasPrefix("node odd, Add: a U²-Net"))
    #expect(try changed { $0.graph.node.append(node("Sub", ["y", "8"], "z")) }.hasPrefix("node odd, Sub: a U²-Net"))
  }

  @Test func whatAUNetHasIsRead() throws {
    let read = "no error but"
    #expect(try changed { $0.graph.node[1] = node("MaxPool", ["a"], "b") }.hasPrefix(read))
    let message = try changed { model in
      // Shapes may be computed with in any way.
      model.graph.node.insert(node("Shape", ["a"], "shape"), at: 1)
      model.graph.node.insert(node("Mul", ["shape", "8"], "size"), at: 2)
      model.graph.node[3] = node("Resize", ["a", "", "", "size"], "b")
      model.graph.node.insert(node("Identity", ["x"], "same"), at: 0)
      model.graph.node[1].input[0] = "same"
      model.graph.node.append(node("Add", ["a", "b"], "sum"))
      model.graph.node.append(node("Concat", ["sum", "b"], "joined"))
      model.graph.node.append(node("Sigmoid", ["y"], "probabilities"))
    }
    #expect(message.hasPrefix(read), "\(message)")
  }

  @Test func modelsThatAreNotOne() throws {
    let incomplete = "expected an ONNX model with a version, a graph and an operator set"
    #expect(try changed { $0.clearGraph() } == incomplete)
    #expect(try changed { $0.opsetImport = [] } == incomplete)
    #expect(try changed { $0.irVersion = 0 }.contains("found a file that starts with the bytes 3a"))
    #expect(try message([0x08, 0x06]) == incomplete)
    #expect(
      try changed { $0.graph.node.removeAll { $0.opType == "Conv" } }
        == "expected a Conv node in the graph, found none")
    let quantised = try changed { model in
      for index in model.graph.node.indices where model.graph.node[index].opType == "Conv" {
        model.graph.node[index].opType = "QLinearConv"
      }
    }
    #expect(quantised.hasPrefix("expected a Conv node in the graph, found node Conv_0, QLinearConv: "), "\(quantised)")
    #expect(try changed { $0.graph.node[0].input = ["x"] } == "expected node Conv_0 to have 2 or 3 inputs, found 1")
    #expect(try message([0x08, 0x06, 0x3a, 0x7f]).hasPrefix("expected an ONNX model, found bytes that are not one"))
  }

  @Test func tensorsThatAreNotOne() throws {
    #expect(
      try changed { $0.graph.initializer[0].dims = [1 << 40, 1 << 40] }
        == "tensor 7: expected dims that fit in memory, found [1099511627776, 1099511627776]")
    #expect(
      try changed { $0.graph.initializer[0].dims = [-1] }
        == "tensor 7: expected dims that fit in memory, found [-1]")
    #expect(
      try changed { $0.graph.initializer[0].dims = [1 << 50] }
        == "tensor 7: expected \(1 << 52) bytes, found 216")
    #expect(
      try changed { $0.graph.initializer[0].dataType = 7 }
        == "tensor 7: expected data_type 1 (float), 10 (float16), 11 (double) or 16 (bfloat16), found 7")
    #expect(
      try changed { $0.graph.initializer[0].name = "8" }
        == "tensor 8: expected one tensor of this name, found two")
    #expect(
      try changed { $0.graph.initializer[0].name = "9" }
        == "tensor 7: expected weights in an initializer or a Constant node, found neither")
  }

  @Test func aFileThatWouldDecodeToMuchMoreThanItself() throws {
    // Three million empty nodes: six megabytes that would become gigabytes.
    let graph = Array(repeatElement([0x0a, 0x00] as [UInt8], count: 3_000_000).joined())
    var length = UInt(graph.count)
    var header: [UInt8] = [0x08, 0x06, 0x3a]
    while length > 0x7f {
      header.append(UInt8(length & 0x7f) | 0x80)
      length >>= 7
    }
    #expect(
      try message(header + [UInt8(length)] + graph)
        == "expected to need at most 123 MiB of memory, found that it needs more")
  }
}
