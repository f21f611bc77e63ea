import U2NetCompute
import U2NetWeightBase

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Onnx_TensorProto {
  /// What a convolution's values may be.
  static let real: [DataType] = [.float, .float16, .double, .bfloat16]
  /// What quantised ones may be.
  static let integers: [DataType] = [.uint8, .int8, .int32]

  /// The values as float32.
  ///
  /// A tensor's values are in `raw_data`, in the array for its type, or in a file beside the model's.
  /// - Throws: if they are elsewhere, of none of the `types`, or not as many as `dims` says; the error does not name the file.
  func tensor(
    of types: [DataType] = real, external: ONNXExternalData, budget: MemoryBudget
  ) throws(WeightFileError) -> Tensor {
    func error(_ problem: String) -> WeightFileError { WeightFileError(file: "", problem) }

    guard let kind = DataType(rawValue: Int(dataType)), types.contains(kind), let type = kind.elementType else {
      let names = types.map { "\($0.rawValue) (\($0))" }
      throw error("expected data_type \(names.dropLast().joined(separator: ", ")) or \(names.last!), found \(dataType)")
    }
    let shape = dims.map(Int.init)
    guard let count = elementCount(shape), let size = byteCount(shape, type) else {
      throw error("expected dims that fit in memory, found \(shape.prefix(8))")
    }
    func values(_ found: Int) throws(WeightFileError) {
      guard found == count else { throw error("expected \(count) values, found \(found)") }
    }
    func copy(_ bytes: UnsafeRawBufferPointer) -> Result<Tensor, WeightFileError> {
      Result { () throws(WeightFileError) in try type.copy(shape: shape, bytes: bytes, budget: budget) }
    }
    if dataLocation == .external || !externalData.isEmpty {
      return try external.bytes(externalData, count: size).withUnsafeBytes(copy).get()
    }
    switch type {
    case .float32 where !floatData.isEmpty:
      try values(floatData.count)
      try budget.charge(size)
      return Tensor(shape: shape, floatData)
    case .float64 where !doubleData.isEmpty:
      try values(doubleData.count)
      return try doubleData.withUnsafeBytes(copy).get()
    // Numbers of 16 bits are there as their bits.
    case .float16 where !int32Data.isEmpty, .bfloat16 where !int32Data.isEmpty:
      try values(int32Data.count)
      return try int32Data.map { UInt16(truncatingIfNeeded: $0) }.withUnsafeBytes(copy).get()
    case .uint8 where !int32Data.isEmpty, .int8 where !int32Data.isEmpty, .int32 where !int32Data.isEmpty:
      try values(int32Data.count)
      return try int32Data.withUnsafeBytes { bytes in
        Result { () throws(WeightFileError) in
          try ElementType.int32.copy(shape: shape, bytes: bytes, budget: budget)
        }
      }.get()
    default:
      guard rawData.count == size else { throw error("expected \(size) bytes, found \(rawData.count)") }
      return try rawData.withUnsafeBytes(copy).get()
    }
  }
}

extension Onnx_TensorProto.DataType {
  fileprivate var elementType: ElementType? {
    switch self {
    case .float: .float32
    case .double: .float64
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .uint8: .uint8
    case .int8: .int8
    case .int32: .int32
    case .undefined, .int64, .UNRECOGNIZED: nil
    }
  }
}
