#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What is written, in fewer words than the messages need.
extension Onnx_AttributeProto {
  enum Value {
    case integer(Int)
    case integers([Int])
    case text(String)
    /// In a function: the number that whoever calls it gives under this name.
    case given(String)
  }

  init(_ name: String, _ value: Value) {
    self.init()
    self.name = name
    switch value {
    case .integer(let number): (type, i) = (.int, Int64(number))
    case .integers(let numbers): (type, ints) = (.ints, numbers.map(Int64.init))
    case .text(let text): (type, s) = (.string, Data(text.utf8))
    case .given(let other): (type, refAttrName) = (.int, other)
    }
  }
}

extension Onnx_NodeProto {
  /// A node that is called as its result is.
  init(_ kind: String, _ inputs: [String], _ output: String, _ attributes: [String: Onnx_AttributeProto.Value] = [:]) {
    self.init()
    (opType, input, self.output, name) = (kind, inputs, [output], output)
    attribute = attributes.sorted { $0.key < $1.key }.map(Onnx_AttributeProto.init)
  }
}

extension Onnx_TensorProto {
  init(_ name: String, int64 values: [Int]) {
    self.init()
    (self.name, dims, dataType) = (name, [Int64(values.count)], Int32(DataType.int64.rawValue))
    rawData = values.map(Int64.init).withUnsafeBytes { Data($0) }
  }
}

extension Onnx_OperatorSetIdProto {
  init(_ domain: String, _ version: Int64) {
    self.init()
    (self.domain, self.version) = (domain, version)
  }
}
