import Compute

/// The safetensors format: named tensors and a little metadata that can be used straight from a memory map.
///
/// Reads F32 in place where a file aligns it, and converts F64, F16, BF16, I64, I32, I16, I8, U8 and BOOL, and
/// misaligned F32, to float32 copies. Writes F32.
public enum Safetensors {
  /// Reads the file at `path`; the tensors keep it mapped.
  /// - Throws: if the file cannot be read, or breaks any rule of the format.
  public static func read(path: String) throws(WeightFileError) -> ParameterStore {
    let map = try MemoryMap(path: path)
    return try read(bytes: map.bytes, owner: map, source: path)
  }

  /// Reads a file that is already in memory.
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - owner: what keeps `bytes` valid; retained by the tensors.
  ///   - source: what to call the file in messages; becomes the store's `source`.
  /// - Throws: if the bytes break any rule of the format.
  public static func read(
    bytes: UnsafeRawBufferPointer, owner: AnyObject, source: String
  ) throws(WeightFileError) -> ParameterStore {
    let header = try Header(bytes, file: source)
    let budget = MemoryBudget(file: source)
    var store = ParameterStore(source: source, metadata: header.metadata)
    for entry in header.entries {
      let elements = UnsafeRawBufferPointer(rebasing: bytes[entry.range])
      store[entry.name] = try entry.type.tensor(shape: entry.shape, bytes: elements, owner: owner, budget: budget)
    }
    return store
  }
}
