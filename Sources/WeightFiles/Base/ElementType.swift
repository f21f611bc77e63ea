import U2NetCompute

#if _endian(big)
  #error("Weight files are little-endian and their elements are used in place.")
#endif

/// How a file stores an element. The raw values are the names the safetensors format uses.
package enum ElementType: String, CaseIterable, Sendable {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint8 = "U8"
  case bool = "BOOL"

  /// Bytes per element.
  package var size: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16, .int16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// `bytes` as a float32 tensor: in place if they are aligned float32, else a copy rounded to nearest.
  /// - Parameters:
  ///   - bytes: the elements in row-major order; exactly `size` times the product of `shape`.
  ///   - owner: what keeps `bytes` valid; retained if they are used in place.
  ///   - budget: what the copy is charged to.
  package func tensor(
    shape: [Int], bytes: UnsafeRawBufferPointer, owner: AnyObject, budget: MemoryBudget
  ) throws(WeightFileError) -> Tensor {
    precondition(byteCount(shape, self) == bytes.count, "\(bytes.count) bytes for \(shape)")
    if self == .float32, let base = bytes.baseAddress, Int(bitPattern: base) % MemoryLayout<Float>.alignment == 0 {
      return Tensor(shape: shape, base: base.assumingMemoryBound(to: Float.self), owner: owner)
    }
    return try copy(shape: shape, bytes: bytes, budget: budget)
  }

  /// As `tensor`, but always a copy: for bytes that do not stay.
  package func copy(
    shape: [Int], bytes: UnsafeRawBufferPointer, budget: MemoryBudget
  ) throws(WeightFileError) -> Tensor {
    precondition(byteCount(shape, self) == bytes.count, "\(bytes.count) bytes for \(shape)")
    try budget.charge(bytes.count / size * MemoryLayout<Float>.size)
    return Tensor(shape: shape) { convert(bytes, to: $0) }
  }

  private func convert(_ source: UnsafeRawBufferPointer, to target: UnsafeMutableBufferPointer<Float>) {
    func each<T: BitwiseCopyable>(_: T.Type, _ value: (T) -> Float) {
      for index in target.indices {
        let element = source.loadUnaligned(fromByteOffset: index * MemoryLayout<T>.size, as: T.self)
        target.initializeElement(at: index, to: value(element))
      }
    }
    switch self {
    case .float64: each(Double.self) { Float($0) }
    case .float32: UnsafeMutableRawBufferPointer(target).copyMemory(from: source)
    case .float16: each(Float16.self) { Float($0) }
    case .bfloat16: each(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
    case .int64: each(Int64.self) { Float($0) }
    case .int32: each(Int32.self) { Float($0) }
    case .int16: each(Int16.self) { Float($0) }
    case .int8: each(Int8.self) { Float($0) }
    case .uint8: each(UInt8.self) { Float($0) }
    case .bool: each(UInt8.self) { $0 == 0 ? 0 : 1 }
    }
  }
}

/// The product of `shape`, or nil if an extent is negative or a partial product overflows.
package func elementCount(_ shape: [Int]) -> Int? {
  var count = 1
  for extent in shape {
    let (product, overflow) = count.multipliedReportingOverflow(by: extent)
    if overflow || extent < 0 { return nil }
    count = product
  }
  return count
}

/// `elementCount` in bytes, nil also if that overflows.
package func byteCount(_ shape: [Int], _ type: ElementType) -> Int? {
  guard let (bytes, overflow) = elementCount(shape)?.multipliedReportingOverflow(by: type.size) else { return nil }
  return overflow ? nil : bytes
}
