internal import U2NetFiles
import U2NetSafetensors
import U2NetWeightFiles

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The folders that rembg 2.0.86 keeps its models in, or older versions did. They are read only.
package struct RembgFolders {
  private let environment: [String: String]

  /// - Parameter environment: where rembg looks for the folders; nil: the process's.
  package init(_ environment: [String: String]? = nil) {
    self.environment = environment ?? ProcessInfo.processInfo.environment
  }

  /// Where the ONNX file of a model may be: below a folder for each model, or as before right in `~/.u2net`.
  package func paths(of model: Model) -> [String] {
    let name = model.publishedName, home = folder("HOME"), data = folder("XDG_DATA_HOME"), own = folder("U2NET_HOME")
    let roots = [own, folder("REMBG_HOME"), data.map { $0 + "/rembg" }, home.map { $0 + "/.rembg" }]
    let flat = [own, data.map { $0 + "/.u2net" }, home.map { $0 + "/.u2net" }]
    let paths =
      roots.compactMap { $0.map { "\($0)/models/\(name)/\(name).onnx" } }
      + flat.compactMap { $0.map { "\($0)/\(name).onnx" } }
    return paths.indices.filter { paths.firstIndex(of: paths[$0]) == $0 }.map { paths[$0] }
  }

  /// What a variable of the environment says; "~" is the home folder, as Python has it.
  private func folder(_ variable: String) -> String? {
    guard let value = environment[variable], !value.isEmpty else { return nil }
    guard value == "~" || value.hasPrefix("~/"), let home = environment["HOME"] else { return value }
    return home + value.dropFirst()
  }

  /// A file with the size, if it is known, and the checksum of the published one; to find that out the first of the size is read, 0.1 s for 176 MB.
  /// - Parameter remark: told of files that are called so and are others.
  func file(of weights: PretrainedWeights, remark: (String) -> Void) -> FilePath? {
    for path in paths(of: weights.model).map({ FilePath($0) }) where path.exists && !path.isFolder {
      if let expected = weights.byteCount, path.byteCount != expected {
        remark(
          "\(path): not the published \(weights.model.publishedName).onnx, of \(expected) bytes, but of "
            + "\(path.byteCount ?? 0); it is not used")
        continue
      }
      do throws(WeightFileError) {
        let sum = try weights.checksum.counterpart(of: SteadyFile(path))
        if sum == weights.checksum { return path }
        remark("\(path): not the published \(weights.model.publishedName).onnx, but one of \(sum); it is not used")
      } catch { remark("\(error); it is not used") }
    }
    return nil
  }
}
