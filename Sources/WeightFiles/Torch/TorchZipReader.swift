import U2NetCompute
import U2NetWeightBase

/// Reads what `torch.save` writes since PyTorch 1.6: a zip archive with the pickle in `NAME/data.pkl`, each
/// storage in `NAME/data/KEY`, and the byte order in `NAME/byteorder`.
enum TorchZipReader {
  static func read(_ bytes: UnsafeRawBufferPointer, file: String) throws(WeightFileError) -> ParameterStore {
    let archive = try ZipArchive(bytes, file: file)
    guard let pickleName = archive.firstName(endingWith: "/data.pkl") else {
      throw WeightFileError(file: file, "expected a zip archive with data.pkl, found one without")
    }
    let prefix = pickleName.dropLast("data.pkl".count)
    let budget = MemoryBudget(file: file)
    if archive.contains("\(prefix)byteorder") {
      let order = try archive.read("\(prefix)byteorder", count: nil, budget: budget)
      guard order.bytes.elementsEqual("little".utf8) else {
        let problem = "expected little, found another byte order"
        throw WeightFileError(file: file, at: .member("\(prefix)byteorder"), problem)
      }
    }
    let pickle = try archive.read(pickleName, count: nil, budget: budget)
    var unpickler = Unpickler(
      ByteReader(UnsafeRawBufferPointer(pickle.bytes), file: file, member: pickleName), budget: budget)
    let root = try unpickler.next()
    let dictionary = try StateDictionary(root: root, heap: unpickler.heap, file: file)

    var loaded: [String: AlignedBytes] = [:]
    return try dictionary.store(budget: budget) { storage throws(WeightFileError) in
      let size = try storage.size(file: file)
      let memory: AlignedBytes
      if let known = loaded[storage.key], known.bytes.count == size {
        memory = known
      } else {
        memory = try archive.read("\(prefix)data/\(storage.key)", count: size, budget: budget)
        loaded[storage.key] = memory
      }
      return StorageBytes(bytes: UnsafeRawBufferPointer(memory.bytes), owner: memory)
    }
  }
}
