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

  /// Where a download grows.
  private func part(in folder: FilePath) -> FilePath { folder.appending("u2net-\(model.rawValue).onnx.part".utf8) }

  /// Whether the weights are in `folder` already.
  package func isInstalled(in folder: FilePath) -> Bool {
    guard let network = try? TrainedNetwork(Safetensors.read(file(in: folder))) else { return false }
    return model.accepts(network.configuration) && network.input == model.input
  }

  /// Fetches the published ONNX file, checks its SHA-256, converts it and keeps the result in a folder, where
  /// `TrainedNetwork.pretrained` finds it. Weights that are there already stay as they are. Of several processes one
  /// downloads, the others wait for it; what a broken transfer brought is kept, and the next call goes on from there. More
  /// than the file has is never taken.
  ///
  /// - Parameters:
  ///   - source: where to take the file from; unless said otherwise one of rembg's folders, or else `url`.
  ///   - rembg: these folders.
  ///   - folder: made if need be.
  ///   - otherwise: what else the user can do, for the message of a failed download.
  ///   - shouldStop: asked several times a second while something is downloaded or waited for.
  ///   - remark: told what a user should know meanwhile.
  /// - Returns: whether they were not there before.
  /// - Throws: `PipelineError` if the download fails or the file is another one; `WeightFileError`, `FileError`.
  package func install(
    from source: Source? = nil, or rembg: RembgFolders = RembgFolders(), in folder: FilePath, otherwise: String? = nil,
    shouldStop: @escaping () -> Bool,
    remark: @escaping (String) -> Void
  ) throws -> Bool {
    if isInstalled(in: folder) { return false }
    try check(source, in: folder)
    try folder.appending([]).makeFolder()
    if source == nil, let there = rembg.file(of: self, remark: remark) {
      remark("\(there): this is the published file; nothing is downloaded")
      try convert(there, from: "\(there)", to: file(in: folder))
      return true
    }
    switch source ?? .url(url) {
    case .file(let path):
      try convert(FilePath(argument: path), from: path, to: file(in: folder))
    case .url(let address):
      let download = try Download(
        url: address, whole: byteCount, part: part(in: folder), isWhole: isPublished,
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

  /// What is read must not be what is written, under whatever name.
  private func check(_ source: Source?, in folder: FilePath) throws(PipelineError) {
    let read: FilePath, written: [FilePath]
    switch source {
    case .file(let path): (read, written) = (FilePath(argument: path), [file(in: folder)])
    case .url(let address):
      // curl would print it as it is.
      guard address.visible == address else {
        throw PipelineError(
          "\(address): an address has no such characters; write them as % and two digits, such as %20")
      }
      guard let path = FilePath(fileURL: address) else { return }
      (read, written) = (path, [file(in: folder), part(in: folder)])
    case nil: return
    }
    var inUse = FilesInUse()
    inUse.add(read, as: "the source")
    for path in written where inUse.use(of: path) != nil {
      throw PipelineError(
        "\(read): this is the very file that would be written, \(path); it stays as it is: move it out of the folder for "
          + "weights, or choose another folder")
    }
  }

  /// - Throws: `PipelineError` if this is not the published file.
  func convert(_ path: FilePath, from source: String, to target: FilePath) throws {
    let file = try SteadyFile(path), found = try checksum.counterpart(of: file)
    guard found == checksum else {
      var start = [UInt8](repeating: 0, count: min(file.size, 1024))
      try file.read(at: 0, into: &start)
      let what = start.withUnsafeBytes { Impostor($0) }.map { "this is \($0.rawValue)" }
      throw PipelineError(
        "\(source): \(what ?? "this is not the published \(model.rawValue) model"): "
          + "expected \(checksum), found \(found)")
    }
    try Conversion(path, as: model).write(to: target)
  }

  /// Whether this is the published file.
  func isPublished(_ path: FilePath) -> Bool {
    (try? checksum.counterpart(of: SteadyFile(path))) == checksum
  }
}

extension Checksum {
  /// A file's checksum of the same kind.
  func counterpart(of file: SteadyFile) throws(WeightFileError) -> Checksum {
    switch self {
    case .sha256: .sha256(try Digest.sha256.hexadecimal(of: file))
    case .md5: .md5(try Digest.md5.hexadecimal(of: file))
    }
  }
}

extension FilePath {
  /// The file of this machine that an address such as `file:///a%20b` means; nil for other addresses.
  init?(fileURL address: String) {
    let scheme = "file://"
    guard address.lowercased().hasPrefix(scheme) else { return nil }
    let rest = Array(address.utf8.dropFirst(scheme.utf8.count))
    guard let start = rest.firstIndex(of: FilePath.separator) else { return nil }  // After the host, which is this one.
    var bytes: [UInt8] = [], at = start
    while at < rest.count {
      if rest[at] == UInt8(ascii: "%"), at + 2 < rest.count,
        let byte = UInt8(String(decoding: rest[at + 1...at + 2], as: UTF8.self), radix: 16)
      {
        bytes.append(byte)
        at += 3
      } else {
        bytes.append(rest[at])
        at += 1
      }
    }
    self.init(bytes: bytes)
  }
}
