import U2NetCompute
import U2NetSafetensors
import Testing

@testable import U2NetWeightFiles

/// Where training programs put the weights in what they save.
@Suite struct StateDictionaryTests {
  private let values: [Float] = [1, 2, 3, 4]

  /// A heap with one tensor, and `wrap` around the dictionary that it is in.
  private func names(_ name: String = "conv.weight", under keys: String...) throws -> [String] {
    var heap = PickleHeap()
    heap.storages = [TorchStorage(key: "0", type: .float32, typeName: "torch.FloatStorage", count: 4)]
    heap.tensors = [TorchTensor(storage: 0, offset: 0, shape: [4], strides: [1])]
    heap.dictionaries = [[(.string(name), .tensor(0))]]
    for key in keys.reversed() {
      let inner = PickleValue.dictionary(heap.dictionaries.count - 1)
      heap.dictionaries.append([(.string("epoch"), .int(3)), (.string(key), inner)])
    }
    let root = PickleValue.dictionary(heap.dictionaries.count - 1)
    let dictionary = try StateDictionary(root: root, heap: heap, file: "test")
    let memory = Bytes(values.flatMap { withUnsafeBytes(of: $0, Array.init) })
    let store = try dictionary.store(budget: MemoryBudget(file: "test")) { _ throws(WeightFileError) in
      StorageBytes(bytes: UnsafeRawBufferPointer(memory.memory), owner: memory)
    }
    #expect(store.names.allSatisfy { store[$0]!.values == values })
    return store.names.sorted()
  }

  @Test(arguments: [
    "state_dict", "model_state_dict", "model_state", "model", "net", "network", "weights", "params",
  ]) func wrappers(key: String) throws {
    #expect(try names(under: key) == ["conv.weight"])
    #expect(try names(under: key, "state_dict") == ["conv.weight"])
  }

  @Test func otherwiseTheKeysAreNamed() {
    var message = ""
    do { message = "\(try names(under: "my_weights"))" } catch { message = "\(error)" }
    #expect(message == "test: expected tensors, found none; the keys found are epoch, my_weights")
  }
}
