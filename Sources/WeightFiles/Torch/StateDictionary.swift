import U2NetCompute
import U2NetWeightBase

/// The bytes of a storage, and what keeps them valid.
struct StorageBytes {
  let bytes: UnsafeRawBufferPointer
  let owner: AnyObject
}

/// The state dictionary in what a pickle holds: names, and views of storages that are yet to be read.
struct StateDictionary {
  /// What training programs call the weights among other things, the likeliest first.
  private static let wrapperKeys = [
    "state_dict", "model_state_dict", "model_state", "model", "net", "network", "weights", "params", "module",
    "params_ema", "model_ema", "ema",
  ]
  private static let parallelPrefix = "module."

  private struct Entry {
    let name: String
    let view: TorchTensor
    let storage: TorchStorage
    let type: ElementType
  }

  private let file: String
  private var entries: [Entry] = []

  /// Finds the state dictionary in `root`, or under one of the usual keys in it, or in what is there. Entries that are not
  /// tensors are ignored.
  /// - Throws: if there is none, or if a tensor in it cannot become float32 or leaves its storage.
  init(root: PickleValue, heap: PickleHeap, file: String) throws(WeightFileError) {
    self.file = file
    guard let outer = heap.named(root) else {
      throw WeightFileError(file: file, "expected a state dictionary, found another Python value")
    }
    // Sorted, so that the same file gives the same error.
    for (name, value) in Self.innermost(outer, heap).sorted(by: { $0.key < $1.key }) {
      func error(_ problem: String) -> WeightFileError { WeightFileError(file: file, at: .tensor(name), problem) }

      switch value {
      case .tensor(let index):
        let view = heap.tensors[index]
        let storage = heap.storages[view.storage]
        guard let type = storage.type else { throw error(Self.unsupported(storage.typeName)) }
        if let problem = view.problem(in: storage) { throw error(problem) }
        entries.append(Entry(name: name, view: view, storage: storage, type: type))
      case .unsupported(let what): throw error(Self.unsupported(what))
      default: continue
      }
    }
    guard !entries.isEmpty else {
      let keys = outer.isEmpty ? "" : "; the keys found are \(listed(outer.keys))"
      throw WeightFileError(file: file, "expected tensors, found none\(keys)")
    }
  }

  /// `dictionary`, or what lies in it under one of the usual keys, three deep at most.
  private static func innermost(_ dictionary: [String: PickleValue], _ heap: PickleHeap) -> [String: PickleValue] {
    var found = dictionary
    for _ in 0..<3 {
      guard let inner = wrapperKeys.lazy.compactMap({ found[$0].flatMap(heap.named) }).first(where: { !$0.isEmpty })
      else { break }
      found = inner
    }
    return found
  }

  private static func unsupported(_ what: String) -> String {
    "expected a dense tensor of real numbers, found \(printable(what))"
  }

  /// The tensors, under names without the prefix that `DataParallel` gives them.
  /// - Parameter bytes: gives a storage's elements: exactly its count times its element size.
  func store(
    budget: MemoryBudget, bytes: (TorchStorage) throws(WeightFileError) -> StorageBytes
  ) throws(WeightFileError) -> ParameterStore {
    var store = ParameterStore(source: file)
    for entry in entries {
      let isParallel = entry.name.hasPrefix(Self.parallelPrefix)
      let name = isParallel ? String(entry.name.dropFirst(Self.parallelPrefix.count)) : entry.name
      guard store[name] == nil else {
        throw WeightFileError(file: file, at: .tensor(name), "expected one tensor of this name, found two")
      }
      store[name] = try entry.type.tensor(entry.view, of: try bytes(entry.storage), budget: budget)
    }
    return store
  }
}

extension PickleHeap {
  /// The entries with strings for keys if `value` is a dictionary.
  fileprivate func named(_ value: PickleValue) -> [String: PickleValue]? {
    guard case .dictionary(let index) = value else { return nil }
    var result: [String: PickleValue] = [:]
    for case (.string(let key), let value) in dictionaries[index] { result[key] = value }
    return result
  }
}

extension ElementType {
  /// The elements that `view` shows as float32, in place where they lie as a tensor needs them.
  fileprivate func tensor(
    _ view: TorchTensor, of storage: StorageBytes, budget: MemoryBudget
  ) throws(WeightFileError) -> Tensor {
    let count = byteCount(view.shape, self)!
    if view.isContiguous {
      let start = view.isEmpty ? 0 : view.offset * size
      let elements = UnsafeRawBufferPointer(rebasing: storage.bytes[start..<start + count])
      return try tensor(shape: view.shape, bytes: elements, owner: storage.owner, budget: budget)
    }
    let copy = try AlignedBytes(count: count, budget: budget)
    view.gather(storage.bytes, elementSize: size, into: copy.bytes)
    return try tensor(shape: view.shape, bytes: UnsafeRawBufferPointer(copy.bytes), owner: copy, budget: budget)
  }
}
