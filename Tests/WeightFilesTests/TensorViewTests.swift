import Testing

@testable import U2NetWeightFiles

@Suite struct TensorViewTests {
  private func problem(offset: Int, shape: [Int], strides: [Int], count: Int = 12) -> String? {
    let storage = TorchStorage(key: "0", type: .float32, typeName: "torch.FloatStorage", count: count)
    return TorchTensor(storage: 0, offset: offset, shape: shape, strides: strides).problem(in: storage)
  }

  @Test func viewsInsideTheirStorage() {
    #expect(problem(offset: 0, shape: [3, 4], strides: [4, 1]) == nil)
    #expect(problem(offset: 2, shape: [2, 5], strides: [5, 1]) == nil)
    #expect(problem(offset: 11, shape: [], strides: []) == nil)
    #expect(problem(offset: 99, shape: [3, 0], strides: [9, 9]) == nil)
    #expect(problem(offset: 0, shape: [3], strides: [0]) == nil)
  }

  /// The stride of an axis of one element is never used, so it may be any number.
  @Test func absurdStridesOfSingleElements() {
    let tensor = TorchTensor(storage: 0, offset: 1, shape: [1, 2, 2], strides: [.max, 1, 2])
    #expect(problem(offset: 1, shape: tensor.shape, strides: tensor.strides) == nil)
    let source: [UInt8] = [0, 1, 2, 3, 4, 5]
    var target: [UInt8] = [0, 0, 0, 0]
    source.withUnsafeBytes { source in
      target.withUnsafeMutableBytes { tensor.gather(source, elementSize: 1, into: $0) }
    }
    #expect(target == [1, 3, 2, 4])
  }

  @Test func viewsOutsideTheirStorage() {
    #expect(
      problem(offset: 1, shape: [3, 4], strides: [4, 1])
        == "expected elements within the storage's 12, found element 12")
    #expect(problem(offset: 0, shape: [2], strides: [.max])?.contains("found element \(Int.max)") == true)
    #expect(problem(offset: .max, shape: [2], strides: [1])?.contains("found element \(Int.max)") == true)
    #expect(
      problem(offset: 0, shape: [13], strides: [0])
        == "expected at most the storage's 12 elements, found the shape [13]")
    #expect(problem(offset: 0, shape: [1 << 40, 1 << 40], strides: [0, 0])?.contains("expected at most") == true)
  }
}
