package import U2NetFiles

/// Photos in files and folders, and where the files of their results go.
///
///     var batch = FileBatch(["photos/"], into: "shop/", results: [.mask, .cutout(as: .webP)])
///     batch.existing = .skip
///     batch.manifest = "shop/manifest.jsonl"
///     let summary = try await processor.process(batch) { print("\($0.done) of \($0.total)") }
///
/// Trees of folders are kept. With one result photos/red/mug.jpg becomes shop/red/mug.png, with several shop/red/mug-mask.png
/// and shop/red/mug-cutout.webp. No result replaces a photo or another photo's result, and files appear whole or not at all.
///
/// A program that wants to know beforehand what will be done, asks for the ``plan(onEvent:)`` and runs that.
public struct FileBatch: Sendable {
  /// Files, and folders that are searched for JPEG, PNG and WebP files.
  public var inputs: [String] {
    get { named.arguments.map { "\($0)" } }
    set { named = NamedInputs(newValue.map { FilePath($0) }) }
  }
  /// The folder for results; made where it is missing.
  public var folder: String
  /// What is made of each photo; the names of requests are not looked at.
  public var results: [PhotoResult.Request]
  /// What results are called, with the kinds "mask", "cutout", "composite" and "side1"…; nil: as the photo, with several results
  /// "{name}-{kind}".
  public var names: NamePattern?
  /// Shell patterns for names below a folder: those that are taken, all if there are none, and those that are left out.
  public var include: [String] = [], exclude: [String] = []
  /// Only part of the photos, for several processes or machines; nil: all.
  public var shard: Shard?
  /// By default nothing is done at all if a result is already there.
  public var existing = ExistingFiles.error
  /// A file that gets a line of JSON for each photo; see `Manifest`.
  public var manifest: String? {
    get { manifestFile.map { "\($0)" } }
    set { manifestFile = newValue.map { FilePath($0) } }
  }

  /// The same as the system has it: bytes, which need not be UTF-8.
  package var named: NamedInputs
  package var manifestFile: FilePath?
  /// What is made of each photo and where it goes, beside `results` in `folder`.
  package var more: [Destination] = []
  /// What no result may take the place of, beside photos.
  package var inUse = FilesInUse()
  /// Pictures that go with photos, which no result may take the place of, and what messages call them.
  package var companions: [(pictures: CompanionPictures, role: String)] = []
  /// Whether a file that is named for the result of one photo is replaced without asking.
  package var replacesNamedFile = false

  /// Results of these files and folders, into `folder`.
  /// - Precondition: at least one result.
  public init(_ inputs: [String], into folder: String, results: [PhotoResult.Request]) {
    precondition(!results.isEmpty, "a batch without results")
    (self.folder, self.results) = (folder, results)
    named = NamedInputs(inputs.map { FilePath($0) })
  }

  package init(_ named: NamedInputs, _ destinations: [Destination]) {
    (self.named, folder, results, more) = (named, "", [], destinations)
  }

  /// Keeps a file that the program reads from being replaced by a result.
  /// - Parameters:
  ///   - path: the file; links are seen through.
  ///   - what: what messages call it, "the weights".
  public mutating func protect(_ path: String, as what: String) { inUse.add(FilePath(path), as: what) }

  /// What happens while photos are worked on.
  public enum Event: Sendable {
    /// From now on a folder is watched.
    case watching(String)
    /// So many more photos are to be done than was known; fewer, if negative.
    case expected(Int)
    /// All results of a photo are made; next its files are written.
    case writing
    /// A photo has been done. `problem`: why it failed, or why the manifest has no line for it.
    case done(PhotoReport, problem: String?)
    /// Something could not be looked into, or was passed over though it may be a photo.
    case problem(String)
    /// Something that the user should know all the same.
    case remark(String)
  }

  /// How far it is, after a photo.
  public struct Progress: Sendable {
    /// Photos that have been done, those that failed among them, and how many there are in all.
    public let done, failed, total: Int
    /// What became of the photo.
    public let report: PhotoReport
  }

  /// What has become of all photos.
  public struct Summary: Equatable, Sendable {
    /// Photos that have been looked at, and those of them that failed.
    public let done, failed: Int
    /// Those whose results were there.
    public let skipped: Int
    /// Those of the failed ones at whose results' places there is another command's or another photo's result.
    public let occupied: Int
    /// How many were to be looked at: more than `done` if it was stopped.
    public let total: Int
    /// What could not be looked into, so that nobody knows how many photos are missing.
    public let problems: [String]

    /// What went wrong, in one line: "2 of 9 photos failed, 1 folder could not be searched"; nil if nothing did.
    public var failure: String? {
      let others = failed - occupied, folders = problems.count == 1 ? "1 folder" : "\(problems.count) folders"
      var parts: [String] = []
      if others > 0 { parts.append("\(others) of \(total) photos failed") }
      if occupied > 0 {
        parts.append("\(occupied) of \(total) photos not done: what is there already is not this command's result")
      }
      if !problems.isEmpty { parts.append("\(folders) could not be searched") }
      return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
  }

  /// What is made of each photo and where it goes.
  var destinations: [Destination] {
    get throws(PipelineError) {
      try results.map { request throws(PipelineError) in
        if let names {
          return try Destination(
            request.kind, folder: FilePath(folder), names: names, as: request.kind.suffix, format: request.format)
        }
        let suffix = (results.count == 1 ? "" : "-\(request.kind.suffix)") + "." + request.format.fileExtension
        return try Destination(request.kind, folder: FilePath(folder), suffix: suffix, format: request.format)
      } + more
    }
  }

  func isWanted(_ photo: Photo) -> Bool { shard?.contains(photo) ?? true }

  /// - Throws: `PipelineError` if two results of a photo, or one and the manifest, would go to one place.
  package func checkPlaces() throws(PipelineError) {
    let destinations = try destinations
    try PhotoPlan.refuseTwins(of: destinations)
    guard let manifest = manifestFile else { return }
    for destination in destinations {
      let place = destination.folder ?? destination.path(for: Photo(path: "photo", stem: "photo"))
      let isStream = place.isStandardOutput && manifest.isStandardOutput
      guard isStream || place.resolved == manifest.resolved && !place.isSpecial else { continue }
      let name = isStream ? "standard output" : "\(place)"
      throw PipelineError(
        usage: "\(name): both the \(destination.kind) and the manifest would go there; name two places")
    }
  }

  /// Patterns choose among a folder's files, and a list's.
  /// - Throws: `PipelineError` where there is neither, so that they would have no effect.
  package func checkPatterns() throws(PipelineError) {
    guard !(include.isEmpty && exclude.isEmpty), named.listed == nil else { return }
    let paths = named.arguments
    guard paths.allSatisfy({ $0 == .standardStream || $0.exists && !$0.isFolder }) else { return }
    throw PipelineError(
      usage: "\(include.isEmpty ? "--exclude" : "--include") has no effect without a folder of photos")
  }

  /// What no result may take the place of, the manifest among them.
  /// - Throws: if the manifest would be added to a file that is read, or is called like a picture.
  func filesInUse() throws(PipelineError) -> FilesInUse {
    var files = inUse
    if let manifestFile {
      try Manifest.checkName(manifestFile)
      try files.check(manifestFile)
      files.add(output: manifestFile, as: "the --manifest")
    }
    return files
  }
}

extension ResultKind {
  /// What files of this kind are called among several.
  fileprivate var suffix: String {
    switch self {
    case .mask: "mask"
    case .cutout: "cutout"
    case .composite: "composite"
    case .map(let map): "\(map)"
    }
  }
}
