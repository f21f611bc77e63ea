internal import U2NetFiles
import U2NetWeightBase

/// The files beside an ONNX model in which values of its tensors lie.
final class ONNXExternalData {
  /// Where the model's file is; nil where it is bytes in memory.
  private let folder: FilePath?
  private let budget: MemoryBudget
  private var files: [String: SteadyFile] = [:]

  init(in folder: FilePath?, budget: MemoryBudget) { (self.folder, self.budget) = (folder, budget) }

  /// The values that a tensor's entries "location", "offset" and "length" tell of.
  /// - Parameter count: how many bytes there must be.
  /// - Throws: if they are not there, or outside of the model's folder; the error does not name the model's file.
  func bytes(_ entries: [Onnx_StringStringEntryProto], count: Int) throws(WeightFileError) -> [UInt8] {
    func entry(_ key: String) -> String? { entries.first { $0.key == key }?.value }
    func number(_ key: String) throws(WeightFileError) -> Int? {
      guard let text = entry(key) else { return nil }
      guard let number = Int(text), number >= 0 else {
        throw WeightFileError(file: "", "expected the \(key) of external values, found \"\(printable(text))\"")
      }
      return number
    }
    let location = entry("location") ?? "", offset = try number("offset") ?? 0
    let file = try file(at: location), length = try number("length") ?? max(0, file.size - offset)
    guard length == count else {
      throw WeightFileError(file: "", "expected \(count) bytes in \(printable(location)), found \(length)")
    }
    guard offset <= file.size, count <= file.size - offset else {
      throw WeightFileError(
        file: "", "expected \(count) bytes from byte \(offset) on in \(printable(location)), which has \(file.size)")
    }
    try budget.charge(count)
    var bytes = [UInt8](repeating: 0, count: count)
    do throws(WeightFileError) { try file.read(at: offset, into: &bytes) } catch {
      throw WeightFileError(file: "", "its values are in \(printable(location)): \(error.problem)")
    }
    return bytes
  }

  private func file(at location: String) throws(WeightFileError) -> SteadyFile {
    if let file = files[location] { return file }
    let parts = location.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    // A file from a stranger has no business in other folders.
    guard parts.allSatisfy({ !$0.isEmpty && !$0.elementsEqual("..".utf8) }), !location.utf8.contains(0) else {
      throw WeightFileError(
        file: "", "expected values in a file beside the model or below, found the location \"\(printable(location))\"")
    }
    guard let folder else {
      throw WeightFileError(
        file: "", "its values are in \(printable(location)), and only files have others beside them")
    }
    do throws(WeightFileError) {
      let file = try SteadyFile(folder.appending(location.utf8))
      budget.allow(file.size)
      files[location] = file
      return file
    } catch { throw WeightFileError(file: "", "its values are in \(printable(location)): \(error.problem)") }
  }

  /// - Throws: if one of the files was changed since it was opened.
  func checkUnchanged() throws(WeightFileError) { for file in files.values { try file.checkUnchanged() } }
}
