import U2NetCompute
import RSU
import U2NetSafetensors

/// Frameworks put names before those of a network's tensors: "net." or "model." for the attribute that the network is,
/// "_orig_mod." for what was compiled.
extension ParameterStore {
  /// The same tensors under the authors' names, without those that lie beside the network.
  /// - Throws: if several networks lie side by side.
  func withAuthorsNames() throws(WeightFileError) -> ParameterStore {
    let compiled = "_orig_mod."
    var names: [String: String] = [:]  // Ours → the file's.
    for name in self.names {
      let plain =
        name.contains(compiled)
        ? name.split(separator: ".", omittingEmptySubsequences: false).filter { $0 != compiled.dropLast() }
          .joined(separator: ".") : name
      guard names.updateValue(name, forKey: plain) == nil else {
        throw WeightFileError(file: source, at: .tensor(plain), "expected one tensor of this name, found two")
      }
    }
    // Every network of this kind has it, whatever its blocks are.
    let mark = ParameterNames(LayerName(stage: "side1")).weight
    let prefixes = names.keys.filter { $0 == mark || $0.hasSuffix(".\(mark)") }.map { $0.dropLast(mark.count) }
    var prefix = Substring()
    if !prefixes.contains(prefix) {
      guard prefixes.count <= 1 else {
        let those = prefixes.sorted().map { printable("\($0)…") }.joined(separator: ", ")
        throw WeightFileError(file: source, "expected one network, found several, under \(those)")
      }
      prefix = prefixes.first ?? ""
    }
    if prefix.isEmpty && !names.contains(where: { $0.key != $0.value }) { return self }
    var result = ParameterStore(source: source, metadata: metadata)
    for (plain, name) in names where plain.hasPrefix(prefix) {
      result[String(plain.dropFirst(prefix.count))] = self[name]
    }
    return result
  }
}
