import U2NetCompute
package import U2NetFiles
import U2NetWeightBase

/// The safetensors format: named tensors and a little metadata, which need no decoding.
///
/// Reads F32, and F64, F16, BF16, I64, I32, I16, I8, U8 and BOOL, which become float32. Writes F32, and F16 where
/// asked to.
public enum Safetensors {
  /// Reads the file at `path` into memory: what becomes of it does not matter, and whoever lets go of a tensor frees it.
  /// - Throws: if the file cannot be read, breaks any rule of the format, or is changed while it is read.
  public static func read(path: String) throws(WeightFileError) -> ParameterStore { try read(FilePath(path)) }

  /// As `read(path:)`, for names that need not be UTF-8.
  package static func read(_ path: FilePath) throws(WeightFileError) -> ParameterStore {
    try read(SteadyFile(path).contents(), source: "\(path)")
  }

  /// - Parameter file: all of a file called `source`.
  package static func read(_ file: FileContents, source: String) throws(WeightFileError) -> ParameterStore {
    try read(bytes: file.bytes, source: source, owner: file.part)
  }

  /// Reads a file that is already in memory, which is used in place where it is aligned F32.
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - owner: what keeps `bytes` valid; retained by the tensors.
  ///   - source: what to call the file in messages; becomes the store's `source`.
  /// - Throws: if the bytes break any rule of the format.
  public static func read(
    bytes: UnsafeRawBufferPointer, owner: AnyObject, source: String
  ) throws(WeightFileError) -> ParameterStore {
    try read(bytes: bytes, source: source) { _ in owner }
  }

  /// - Parameter owner: of what lies in a range of `bytes`.
  private static func read(
    bytes: UnsafeRawBufferPointer, source: String, owner: (Range<Int>) -> AnyObject
  ) throws(WeightFileError) -> ParameterStore {
    let header = try Header(bytes, file: source)
    let budget = MemoryBudget(file: source, size: bytes.count)
    var store = ParameterStore(source: source, metadata: header.metadata)
    for entry in header.entries {
      let elements = UnsafeRawBufferPointer(rebasing: bytes[entry.range])
      store[entry.name] = try entry.type.tensor(
        shape: entry.shape, bytes: elements, owner: owner(entry.range), budget: budget)
    }
    return store
  }
}
