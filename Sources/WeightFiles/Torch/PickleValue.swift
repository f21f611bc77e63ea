import U2NetWeightBase

/// What a pickle can hold here: plain values, and tensors whose elements are stored elsewhere.
///
/// Containers live in a heap and are referred to by index. Pickles can nest containers arbitrarily deep, and
/// inside themselves; with indices neither costs recursion when released, nor leaks.
enum PickleValue {
  case none
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(String)
  /// A tuple or list: an index into `PickleHeap.sequences`.
  case sequence(Int)
  /// An index into `PickleHeap.dictionaries`.
  case dictionary(Int)
  case global(PickleGlobal)
  /// An index into `PickleHeap.storages`.
  case storage(Int)
  /// An index into `PickleHeap.tensors`.
  case tensor(Int)
  /// Something harmless that has no plain value, such as a sparse tensor.
  case unsupported(String)
}

struct PickleHeap {
  typealias Entry = (key: PickleValue, value: PickleValue)

  var sequences: [[PickleValue]] = []
  /// Entries in the order they were set; the last of equal keys counts.
  var dictionaries: [[Entry]] = []
  var storages: [TorchStorage] = []
  var tensors: [TorchTensor] = []

  /// The elements if `value` is a sequence of whole numbers ≥ 0, at most 64 of them as in PyTorch.
  func extents(_ value: PickleValue) -> [Int]? {
    guard case .sequence(let index) = value, sequences[index].count <= 64 else { return nil }
    var result: [Int] = []
    for element in sequences[index] {
      guard case .int(let extent) = element, extent >= 0 else { return nil }
      result.append(extent)
    }
    return result
  }
}

/// A run of elements of one type that tensors are views of.
struct TorchStorage {
  let key: String
  /// Nil for the types that have no float32 equivalent.
  let type: ElementType?
  /// The name of the storage's class: "torch.FloatStorage".
  let typeName: String
  /// Number of elements, ≥ 0.
  let count: Int
}

/// A view of a storage. Offset, extents and strides are in elements and ≥ 0, and otherwise unchecked.
struct TorchTensor {
  let storage: Int
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}
