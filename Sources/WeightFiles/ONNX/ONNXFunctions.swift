/// What ONNX has no operator for, as a function in the file, of operators that it has.
enum ONNXFunctions {
  static let domain = "u2net"
  static let version: Int64 = 1
  /// The attribute that says how many cells there are along each side.
  static let cells = "cells"

  /// Adaptive average pooling: N×C×H×W → N×C×g×g.
  ///
  /// Means along an axis are a product with a matrix: that of cell i has 1/(end − begin) at pixels begin ..< end of the n there
  /// are, begin = ⌊i·n/g⌋ and end = ⌈(i+1)·n/g⌉, and 0 elsewhere. So any size works, whether or not g divides it.
  static let averagePool = Onnx_FunctionProto.with { function in
    function.name = "AdaptiveAveragePool"
    function.domain = domain
    (function.input, function.output, function.attribute) = (["x"], ["y"], [cells])
    function.opsetImport = [.init("", ONNXRecorder.operators)]
    function.node = [
      .init("Constant", [], "g", ["value_int": .given(cells)]),
      .init("Constant", [], "one", ["value_int": .integer(1)]),
      // A constant 0 would be left out of the file as a default value, and checkers would miss it.
      .init("Sub", ["one", "one"], "zero"),
      .init("Constant", [], "first", ["value_ints": .integers([0])]),
      .init("Constant", [], "second", ["value_ints": .integers([1])]),
      .init("Sub", ["g", "one"], "g-1"),
      .init("Range", ["zero", "g", "one"], "i"),
    ]
    // The rows' matrix is g×H, the columns' W×g.
    function.node += means("rows", axis: 2, cells: "second", pixels: "first")
    function.node.append(.init("MatMul", ["rows/means", "x"], "pooled"))
    function.node += means("columns", axis: 3, cells: "first", pixels: "second")
    function.node.append(.init("MatMul", ["pooled", "columns/means"], "y"))
  }

  /// The matrix of means along an axis of x.
  /// - Parameters:
  ///   - cells: the axis of the matrix that numbers of cells are repeated along.
  ///   - pixels: likewise.
  private static func means(_ name: String, axis: Int, cells: String, pixels: String) -> [Onnx_NodeProto] {
    func node(_ kind: String, _ inputs: [String], _ output: String, _ attributes: [String: Int] = [:]) -> Onnx_NodeProto
    {
      .init(kind, inputs, "\(name)/\(output)", attributes.mapValues { .integer($0) })
    }
    func own(_ value: String) -> String { "\(name)/\(value)" }
    let float = ["to": Onnx_TensorProto.DataType.float.rawValue]
    return [
      node("Shape", ["x"], "n", ["start": axis, "end": axis + 1]),
      node("Squeeze", [own("n"), "first"], "count"),
      node("Range", ["zero", own("count"), "one"], "range"),
      node("Unsqueeze", [own("range"), pixels], "pixels"),
      node("Unsqueeze", ["i", cells], "cells"),
      node("Mul", [own("cells"), own("n")], "in"),
      node("Div", [own("in"), "g"], "begin"),
      node("Add", [own("in"), own("n")], "next"),
      node("Add", [own("next"), "g-1"], "rounded"),
      node("Div", [own("rounded"), "g"], "end"),
      node("GreaterOrEqual", [own("pixels"), own("begin")], "begun"),
      node("Less", [own("pixels"), own("end")], "not_ended"),
      node("And", [own("begun"), own("not_ended")], "inside"),
      node("Cast", [own("inside")], "ones", float),
      node("Sub", [own("end"), own("begin")], "length"),
      node("Cast", [own("length")], "divisor", float),
      node("Div", [own("ones"), own("divisor")], "means"),
    ]
  }
}
