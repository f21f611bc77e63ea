import U2NetCompute

/// Writing weights as float32 or, to halve their files, as float16.
extension ElementType {
  /// What a file holds a tensor of this shape as.
  ///
  /// Only what has several dimensions is halved: the rest, biases and batch normalisation, is a thousandth of a network, and
  /// variances may be beyond float16 altogether.
  package init(ofWritten shape: [Int], half: Bool) { self = half && shape.count > 1 ? .float16 : .float32 }

  /// Gives the elements of `tensor` in this type to `sink`, as little-endian bytes in row-major order.
  /// - Precondition: the type is float32 or float16.
  package func emit<Failure: Error>(
    _ tensor: Tensor, to sink: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    // The `withUnsafe…` functions forget an error's type; a result carries it past them.
    func pass(_ bytes: UnsafeRawBufferPointer) -> Result<Void, Failure> {
      Result { () throws(Failure) in try sink(bytes) }
    }
    switch self {
    case .float32: try tensor.withUnsafeBufferPointer { pass(UnsafeRawBufferPointer($0)) }.get()
    case .float16:
      let halves = tensor.withUnsafeBufferPointer { $0.map { Float16($0) } }
      try halves.withUnsafeBytes(pass).get()
    default: preconditionFailure("weights are not written as \(rawValue)")
    }
  }

  /// - Throws: naming the tensor and its largest value, if that would become infinite in this type.
  package func checkRange(of tensor: Tensor, named name: String, file: String) throws(WeightFileError) {
    guard self == .float16 else { return }
    var largest: Float = 0
    tensor.withUnsafeBufferPointer { values in
      for value in values where abs(value) < .infinity { largest = max(largest, abs(value)) }
    }
    guard Float16(largest).isFinite else {
      throw WeightFileError(
        file: file, at: .tensor(name),
        "cannot be written as float16, which ends at 65504: it has values up to \(largest)")
    }
  }
}
