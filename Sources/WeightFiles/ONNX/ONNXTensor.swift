import U2NetCompute
import U2NetWeightBase

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Onnx_TensorProto {
  /// The values as float32.
  ///
  /// A tensor's values are in `raw_data`, or else in the array for its type.
  /// - Throws: if they are elsewhere, of another type than a floating-point one, or not as many as `dims` says;
  ///   the error does not name the file.
  func tensor(budget: MemoryBudget) throws(WeightFileError) -> Tensor {
    func error(_ problem: String) -> WeightFileError { WeightFileError(file: "", problem) }

    guard dataLocation == .default, externalData.isEmpty else {
      let location = externalData.first { $0.key == "location" }?.value ?? ""
      throw error("expected values in the file, found a reference to the external file \(printable(location))")
    }
    let type: ElementType
    switch dataType {
    case 1: type = .float32
    case 10: type = .float16
    case 11: type = .float64
    case 16: type = .bfloat16
    default:
      throw error("expected data_type 1 (float), 10 (float16), 11 (double) or 16 (bfloat16), found \(dataType)")
    }
    let shape = dims.map(Int.init)
    guard let count = elementCount(shape), let size = byteCount(shape, type) else {
      throw error("expected dims that fit in memory, found \(shape.prefix(8))")
    }
    switch type {
    case .float32 where !floatData.isEmpty:
      guard floatData.count == count else { throw error("expected \(count) values, found \(floatData.count)") }
      try budget.charge(size)
      return Tensor(shape: shape, floatData)
    case .float64 where !doubleData.isEmpty:
      guard doubleData.count == count else { throw error("expected \(count) values, found \(doubleData.count)") }
      return try doubleData.withUnsafeBytes { bytes in
        Result { () throws(WeightFileError) in try type.copy(shape: shape, bytes: bytes, budget: budget) }
      }.get()
    default:
      guard rawData.count == size else { throw error("expected \(size) bytes, found \(rawData.count)") }
      return try rawData.withUnsafeBytes { bytes in
        Result { () throws(WeightFileError) in try type.copy(shape: shape, bytes: bytes, budget: budget) }
      }.get()
    }
  }
}
