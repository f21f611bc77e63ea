import U2NetCompute
package import U2NetFiles
import U2NetSafetensors
import U2NetWeightBase

/// A file of weights in any format this module knows, told apart by content rather than by extension.
public struct WeightFile: Sendable {
  /// The formats that can be read.
  public enum Format: String, CaseIterable, Sendable, CustomStringConvertible {
    /// A JSON header with names, shapes and places, then the values.
    case safetensors
    /// A graph, as a Protocol Buffers message.
    case onnx
    /// PyTorch's ZIP archive of a pickle and raw values, since version 1.6.
    case torch
    /// PyTorch's stream of pickles and raw values, before version 1.6.
    case legacyTorch

    public var description: String {
      switch self {
      case .safetensors: "safetensors"
      case .onnx: "ONNX"
      case .torch: "PyTorch (zip)"
      case .legacyTorch: "PyTorch before 1.6"
      }
    }
  }

  /// Weights, as far as a format names them.
  public enum Contents: Sendable {
    /// Tensors under the names they have in a state dictionary.
    case named(ParameterStore)
    /// Tensors in the order a graph uses them.
    case graph(ConvolutionSequence)
  }

  /// What the file's first bytes say.
  public let format: Format
  /// The checksum of the whole file as 64 lower-case hexadecimal digits.
  public let sha256: String
  /// Likewise its MD5, of 32 digits, if the file is a graph: of some published ones nobody tells anything else.
  public let md5: String?
  /// The weights.
  public let contents: Contents

  /// Reads the file at `path`, running nothing that it contains. Beside the file it takes at most 32 MiB and 16 bytes of memory
  /// for each of the file, and never more than about 1 GiB.
  ///
  /// Elements of any real type become float32. The tensors are in memory: what becomes of the file does not matter.
  /// - Throws: if the file cannot be read, is in no known format, breaks the rules of its format, or is changed meanwhile.
  public static func read(path: String) throws(WeightFileError) -> WeightFile { try read(FilePath(path)) }

  /// As `read(path:)`, for names that need not be UTF-8.
  package static func read(_ path: FilePath) throws(WeightFileError) -> WeightFile {
    let file = try SteadyFile(path).contents()
    let sha256 = Digest.sha256.hexadecimal(of: file.bytes)
    let (format, contents) = try contents(of: file, at: path)
    let md5 = format == .onnx ? Digest.md5.hexadecimal(of: file.bytes) : nil
    return WeightFile(format: format, sha256: sha256, md5: md5, contents: contents)
  }

  /// What is in the file at `path`, for those who do not ask for its checksum.
  package static func contents(of path: FilePath) throws(WeightFileError) -> Contents {
    try contents(of: SteadyFile(path).contents(), at: path).contents
  }

  private static func contents(
    of file: FileContents, at path: FilePath
  ) throws(WeightFileError) -> (format: Format, contents: Contents) {
    let source = "\(path)", format = try Format(recognizing: file.bytes, file: source)
    // Here what only one tensor needs can be let go with that tensor.
    if format == .safetensors { return (format, .named(try Safetensors.read(file, source: source))) }
    let folder = FilePath(bytes: path.folder)
    return (format, try contents(of: file.bytes, in: format, owner: file, source: source, beside: folder))
  }

  /// Reads a file that is already in memory.
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - owner: what keeps `bytes` valid; retained by tensors that use them in place.
  ///   - source: what to call the file in messages.
  /// - Throws: as `read(path:)`; also if values lie in files beside it.
  public static func read(
    bytes: UnsafeRawBufferPointer, owner: AnyObject, source: String
  ) throws(WeightFileError) -> WeightFile {
    let format = try Format(recognizing: bytes, file: source)
    return WeightFile(
      format: format, sha256: Digest.sha256.hexadecimal(of: bytes),
      md5: format == .onnx ? Digest.md5.hexadecimal(of: bytes) : nil,
      contents: try contents(of: bytes, in: format, owner: owner, source: source))
  }

  private static func contents(
    of bytes: UnsafeRawBufferPointer, in format: Format, owner: AnyObject, source: String,
    beside folder: FilePath? = nil
  ) throws(WeightFileError) -> Contents {
    switch format {
    case .safetensors: .named(try Safetensors.read(bytes: bytes, owner: owner, source: source))
    case .onnx: .graph(try ONNXReader.read(bytes, file: source, in: folder))
    case .torch: .named(try TorchZipReader.read(bytes, file: source))
    case .legacyTorch: .named(try TorchLegacyReader.read(bytes, owner: owner, file: source))
    }
  }
}

extension WeightFile.Format {
  /// - Throws: if the first bytes are those of none of the formats.
  init(recognizing bytes: UnsafeRawBufferPointer, file: String) throws(WeightFileError) {
    try Impostor.check(bytes, file: file)
    if bytes.starts(with: [0x50, 0x4b, 0x03, 0x04]) {  // A zip archive's first local header.
      self = .torch
    } else if TorchLegacyReader.recognizes(bytes) {
      self = .legacyTorch
    } else if bytes.count > 8 && bytes[8] == UInt8(ascii: "{") {  // The JSON after the header's length.
      self = .safetensors
    } else if bytes.first == 0x08 {  // ONNX has no magic number; this is the key of its first field, the version.
      self = .onnx
    } else {
      let found = bytes.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
      let known = Self.allCases.map(\.description).joined(separator: ", ")
      throw WeightFileError(
        file: file, "expected one of the formats \(known), found a file that starts with the bytes \(found)")
    }
  }
}
