import U2NetCompute
import U2NetWeightBase

/// Reads what `torch.save` wrote before PyTorch 1.6: pickles of a magic number, a version, facts about the
/// writer's machine, the object, and a list of storage keys; then for each key the number of elements in 8 bytes,
/// and the elements.
enum TorchLegacyReader {
  /// 0x1950a86a20f9469cfc6c pickled: LONG1, 10 bytes, least significant first, STOP.
  private static let magic: [UInt8] = [
    0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, UInt8(ascii: "."),
  ]

  static func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count > 1, bytes[0] == 0x80, (2...5).contains(bytes[1]) else { return false }
    // From protocol 4 on the pickle's length comes between the version and the number.
    return bytes.dropFirst(2).starts(with: magic) || bytes.dropFirst(11).starts(with: magic)
  }

  static func read(
    _ bytes: UnsafeRawBufferPointer, owner: AnyObject, file: String
  ) throws(WeightFileError) -> ParameterStore {
    let budget = MemoryBudget(file: file)
    var unpickler = Unpickler(ByteReader(bytes, file: file), budget: budget)
    _ = try unpickler.next()  // The magic number.
    guard case .int(1001) = try unpickler.next() else {
      throw unpickler.reader.error("expected version 1001 of the format, found another")
    }
    try checkByteOrder(try unpickler.next(), unpickler)
    let root = try unpickler.next()
    let dictionary = try StateDictionary(root: root, heap: unpickler.heap, file: file)
    let keys = try unpickler.next()
    var reader = unpickler.reader
    let ranges = try storages(keys, unpickler.heap, from: &reader, file: file)
    return try dictionary.store(budget: budget) { storage throws(WeightFileError) in
      let size = try storage.size(file: file)
      guard let bytes = ranges[storage.key], bytes.count == size else {
        let found = ranges[storage.key]?.count ?? 0
        throw WeightFileError(file: file, "expected \(size) bytes in storage \(printable(storage.key)), found \(found)")
      }
      return StorageBytes(bytes: bytes, owner: owner)
    }
  }

  private static func checkByteOrder(_ system: PickleValue, _ unpickler: Unpickler) throws(WeightFileError) {
    if case .dictionary(let index) = system {
      for case (.string("little_endian"), .bool(true)) in unpickler.heap.dictionaries[index] { return }
    }
    throw unpickler.reader.error("expected a file written on a little-endian machine")
  }

  /// Where each storage's elements are.
  private static func storages(
    _ keys: PickleValue, _ heap: PickleHeap, from reader: inout ByteReader, file: String
  ) throws(WeightFileError) -> [String: UnsafeRawBufferPointer] {
    guard case .sequence(let index) = keys else { throw reader.error("expected a list of storage keys") }
    var types: [String: TorchStorage] = [:]
    for storage in heap.storages { types[storage.key] = storage }
    var result: [String: UnsafeRawBufferPointer] = [:]
    for key in heap.sequences[index] {
      guard case .string(let key) = key, let storage = types[key] else {
        throw reader.error("expected the key of a storage that the object uses")
      }
      let count = try reader.integer(Int64.self)
      guard count == storage.count else { throw reader.error("expected \(storage.count) elements, found \(count)") }
      result[key] = try reader.take(try storage.size(file: file))
    }
    return result
  }
}

extension TorchStorage {
  /// - Throws: if there are no such bytes, because of the type or an overflow.
  func size(file: String) throws(WeightFileError) -> Int {
    guard let type, let size = byteCount([count], type) else {
      throw WeightFileError(
        file: file, "expected a storage of real numbers, found \(count) elements of \(typeName)")
    }
    return size
  }
}
