import U2NetWeightBase

/// Which elements of its storage a tensor shows: element `[i, j, …]` is at
/// `offset + i·strides[0] + j·strides[1] + …`.
extension TorchTensor {
  var isEmpty: Bool { shape.contains(0) }

  /// Whether the elements lie in the storage in row-major order without gaps.
  var isContiguous: Bool {
    if isEmpty { return true }
    var expected = 1
    for (extent, stride) in zip(shape, strides).reversed() where extent > 1 {
      if stride != expected { return false }
      expected *= extent
    }
    return true
  }

  /// Why this is not a view of `storage`, or nil if all its elements are inside.
  ///
  /// A view that repeats elements until it has more of them than the storage is not accepted either: reading it
  /// would need memory out of proportion to the file.
  func problem(in storage: TorchStorage) -> String? {
    guard let count = elementCount(shape), count <= storage.count else {
      return "expected at most the storage's \(storage.count) elements, found the shape \(shape.prefix(8))"
    }
    if isEmpty { return nil }
    var last = offset
    for (extent, stride) in zip(shape, strides) {
      let (distance, tooFar) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (sum, stillTooFar) = last.addingReportingOverflow(distance)
      last = tooFar || stillTooFar ? Int.max : sum
      if last == Int.max { break }
    }
    if last < storage.count { return nil }
    return "expected elements within the storage's \(storage.count), found element \(last)"
  }

  /// Copies the elements in row-major order. Only for views without a problem in the storage.
  func gather(_ source: UnsafeRawBufferPointer, elementSize: Int, into target: UnsafeMutableRawBufferPointer) {
    var index = Array(repeating: 0, count: shape.count)
    // The stride of an axis of one element means nothing and may be any number.
    let strides = zip(shape, strides).map { extent, stride in extent > 1 ? stride : 0 }
    var element = offset
    for position in stride(from: 0, to: target.count, by: elementSize) {
      let bytes = UnsafeRawBufferPointer(rebasing: source[element * elementSize..<(element + 1) * elementSize])
      UnsafeMutableRawBufferPointer(rebasing: target[position..<position + elementSize]).copyMemory(from: bytes)
      // Advance like an odometer.
      for axis in shape.indices.reversed() {
        index[axis] += 1
        element += strides[axis]
        if index[axis] < shape[axis] { break }
        element -= shape[axis] * strides[axis]
        index[axis] = 0
      }
    }
  }
}
