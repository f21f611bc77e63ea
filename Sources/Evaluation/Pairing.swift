package import U2NetFiles

/// Which prediction goes with which true mask: those that have the same name but for their extensions.
public struct Pairing: Equatable, Sendable {
  /// A file below a folder.
  public struct File: Equatable, Sendable {
    /// Where it lies in the folder, without its extension.
    public let stem: String
    /// Where the file is.
    public let path: String
    /// The same as the system has them: bytes, which need not be UTF-8.
    let stemBytes: FilePath
    package let file: FilePath

    /// The file at `path`, which is called `stem` in its folder.
    public init(stem: String, path: String) { self.init(stem: FilePath(stem), file: FilePath(path)) }

    package init(stem: FilePath, file: FilePath) {
      (stemBytes, self.file) = (stem, file)
      (self.stem, path) = ("\(stem)", "\(file)")
    }
  }

  /// A prediction and the mask to compare it with.
  public struct Pair: Equatable, Sendable {
    /// What both are called in their folders, without extensions.
    public let name: String
    /// Paths of the files.
    public let prediction, truth: String
    /// The same as the system has them.
    package let predictionFile, truthFile: FilePath
  }

  /// What files go together by: names that are UTF-8 as text, in which é may be one sign or two, others byte by byte.
  private struct Stem: Hashable, Comparable {
    let text: String
    let bytes: [UInt8]

    init(_ path: FilePath) {
      text = "\(path)"
      bytes = String(validating: path.bytes, as: UTF8.self) == nil ? path.bytes : []
    }

    static func < (a: Stem, b: Stem) -> Bool {
      a.text != b.text ? a.text < b.text : a.bytes.lexicographicallyPrecedes(b.bytes)
    }
  }

  /// By name.
  public let pairs: [Pair]
  /// Paths of files that have no counterpart, by name.
  public let unpairedPredictions, unpairedTruths: [String]

  /// Pairs files by their stems.
  /// - Throws: `ambiguous` if two files of one side have the same stem, `noPairs` if no stem is on both sides.
  public init(predictions: [File], truths: [File]) throws(EvaluationError) {
    let predictions = try Self.byStem(predictions), truths = try Self.byStem(truths)
    pairs = predictions.keys.sorted().compactMap { stem in
      truths[stem].map { truth in
        let prediction = predictions[stem]!
        return Pair(
          name: prediction.stem, prediction: prediction.path, truth: truth.path, predictionFile: prediction.file,
          truthFile: truth.file)
      }
    }
    unpairedPredictions = Self.missing(predictions, in: truths)
    unpairedTruths = Self.missing(truths, in: predictions)
    if pairs.isEmpty { throw .noPairs }
  }

  private static func byStem(_ files: [File]) throws(EvaluationError) -> [Stem: File] {
    let groups = Dictionary(grouping: files) { Stem($0.stemBytes) }
    if let same = groups.filter({ $0.value.count > 1 }).min(by: { $0.key < $1.key })?.value {
      throw .ambiguous(paths: same.map(\.path).sorted())
    }
    return groups.mapValues { $0[0] }
  }

  private static func missing(_ files: [Stem: File], in others: [Stem: File]) -> [String] {
    files.keys.filter { others[$0] == nil }.sorted().map { files[$0]!.path }
  }

  /// The JPEG, PNG and WebP files in a folder and in folders below it; see `PictureFolder`, which says what is passed over.
  /// - Throws: `folder` if there are none, if a folder cannot be listed, or is a link, which may lead back to itself.
  public static func files(in folder: String) throws(EvaluationError) -> [File] { try PictureFolder(folder).files }
}
