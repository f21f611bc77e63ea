import Files
import Images

/// Which prediction goes with which true mask: those that have the same name but for their extensions.
public struct Pairing: Equatable, Sendable {
  /// A file below a folder.
  public struct File: Equatable, Sendable {
    /// Where it lies in the folder, without its extension.
    public let stem: String
    public let path: String

    public init(stem: String, path: String) {
      self.stem = stem
      self.path = path
    }
  }

  public struct Pair: Equatable, Sendable {
    public let name: String
    public let prediction, truth: String
  }

  /// By name.
  public let pairs: [Pair]
  /// Paths of files that have no counterpart, by name.
  public let unpairedPredictions, unpairedTruths: [String]

  /// - Throws: `ambiguous` if two files of one side have the same stem, `noPairs` if no stem is on both sides.
  public init(predictions: [File], truths: [File]) throws(EvaluationError) {
    let predictions = try Self.byStem(predictions), truths = try Self.byStem(truths)
    pairs = predictions.keys.sorted().compactMap { stem in
      truths[stem].map { Pair(name: stem, prediction: predictions[stem]!, truth: $0) }
    }
    unpairedPredictions = Self.missing(predictions, in: truths)
    unpairedTruths = Self.missing(truths, in: predictions)
    if pairs.isEmpty { throw .noPairs }
  }

  private static func byStem(_ files: [File]) throws(EvaluationError) -> [String: String] {
    let groups = Dictionary(grouping: files, by: \.stem)
    if let same = groups.values.filter({ $0.count > 1 }).min(by: { $0[0].stem < $1[0].stem }) {
      throw .ambiguous(paths: same.map(\.path).sorted())
    }
    return groups.mapValues { $0[0].path }
  }

  private static func missing(_ files: [String: String], in others: [String: String]) -> [String] {
    files.keys.filter { others[$0] == nil }.sorted().map { files[$0]! }
  }

  /// The JPEG, PNG and WebP files in a folder and in folders below it.
  /// - Throws: `folder` if there are none, if a folder cannot be listed, or is a link, which may lead back to itself.
  public static func files(in folder: String) throws(EvaluationError) -> [File] {
    let root = FilePath(folder)
    guard root.isFolder else { throw .folder(path: folder, reason: "no such folder") }
    let tree = FolderTree(root)
    if let failure = tree.failures.first {
      throw .folder(path: "\(failure.path)", reason: "cannot list this folder: \(failure.reason)")
    }
    if let link = tree.links.first {
      throw .folder(path: "\(link)", reason: "a link to a folder, which is not followed")
    }
    let pictures = tree.files.filter { ImageFormat(fileExtension: $0.fileExtension) != nil }
    guard !pictures.isEmpty else { throw .folder(path: folder, reason: "no JPEG, PNG or WebP file in this folder") }
    return pictures.map { File(stem: "\($0.withoutExtension)", path: "\(root.appending($0.bytes))") }
  }
}
