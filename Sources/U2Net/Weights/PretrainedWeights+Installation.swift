package import U2NetFiles
import U2NetNetwork
import U2NetSafetensors
import U2NetWeightFiles

extension PretrainedWeights {
  /// Where the ONNX file comes from.
  public enum Source: Sendable {
    /// An address for curl.
    case url(String)
    /// A file that is there already.
    case file(String)
  }

  /// The file that `install` makes in `folder`.
  package func file(in folder: FilePath) -> FilePath { folder.appending(fileName.utf8) }

  /// Whether the weights are in `folder` already.
  package func isInstalled(in folder: FilePath) -> Bool {
    (try? TrainedNetwork(Safetensors.read(file(in: folder))))?.configuration.name == model.rawValue
  }

  /// Fetches the published ONNX file, checks its SHA-256, converts it and keeps the result in a folder, where
  /// `TrainedNetwork.pretrained` finds it. Weights that are there already stay as they are. Of several processes one
  /// downloads, the others wait for it; what a broken transfer brought is kept, and the next call goes on from there. More
  /// than the file has is never taken.
  ///
  /// - Parameters:
  ///   - source: where to take the file from, `url` unless said otherwise.
  ///   - folder: made if need be.
  ///   - otherwise: what else the user can do, for the message of a failed download.
  ///   - shouldStop: asked several times a second while something is downloaded or waited for.
  ///   - remark: told what a user should know meanwhile.
  /// - Returns: whether they were not there before.
  /// - Throws: `PipelineError` if the download fails or the file is another one; `WeightFileError`, `FileError`.
  package func install(
    from source: Source? = nil, in folder: FilePath, otherwise: String, shouldStop: @escaping () -> Bool,
    remark: @escaping (String) -> Void
  ) throws -> Bool {
    if isInstalled(in: folder) { return false }
    try folder.appending([]).makeFolder()
    switch source ?? .url(url) {
    case .file(let path):
      try convert(FilePath(argument: path), from: path, to: file(in: folder))
    case .url(let address):
      let download = try Download(
        url: address, whole: byteCount, part: folder.appending("u2net-\(model.rawValue).onnx.part".utf8),
        shouldStop: shouldStop, remark: remark)
      // Another process may have been waited for.
      if isInstalled(in: folder) { return false }
      try download.run(otherwise: otherwise)
      do { try convert(download.part, from: address, to: file(in: folder)) } catch let error as PipelineError {
        download.discard()  // Whole but wrong: nothing to resume.
        throw error
      }
      download.discard()
    }
    return true
  }

  /// - Throws: `PipelineError` if this is not the published file.
  private func convert(_ path: FilePath, from source: String, to target: FilePath) throws {
    let file = try SteadyFile(path), found = try SHA256.hexDigest(of: file)
    guard found == sha256 else {
      var start = [UInt8](repeating: 0, count: min(file.size, 1024))
      try file.read(at: 0, into: &start)
      let what = start.withUnsafeBytes { Impostor($0) }.map { "this is \($0.rawValue)" }
      throw PipelineError(
        "\(source): \(what ?? "this is not the published \(model.rawValue) model"): "
          + "expected SHA-256 \(sha256), found \(found)")
    }
    try Conversion(path).write(to: target)
  }
}
