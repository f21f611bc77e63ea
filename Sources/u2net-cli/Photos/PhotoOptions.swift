import ArgumentParser
import U2NetFiles
import U2Net
import U2NetMachine

/// What the commands that make pictures of photos have in common.
struct PhotoOptions: ParsableArguments {
  @OptionGroup var input: InputOptions
  @OptionGroup var mask: MaskOptions
  @OptionGroup var encoding: EncodingOptions
  @OptionGroup var batch: BatchOptions

  @Option(
    help: ArgumentHelp(
      "Solve for alpha where this is grey, with object where it is white, background where black; or a folder of such.",
      valueName: "file|dir"),
    completion: .file())
  var trimap: String?

  @Option(
    help: ArgumentHelp(
      "A photo of the background without the object, or a folder of such: mends the mask and solves for alpha.",
      valueName: "file|dir"), completion: .file())
  var plate: String?

  @Option(
    help: ArgumentHelp("Write the fused map and the six side outputs into this folder, too.", valueName: "dir"),
    completion: .directory)
  var sideOutputs: String?

  func validate() throws {
    try mask.matting.checkUse(trimap: trimap != nil)
    guard let picture = plate != nil ? "--plate" : trimap != nil ? "--trimap" : nil else { return }
    let flags = [
      ("--refine", mask.refine != .none), ("--post-process", mask.postProcess),
      ("--trimap", plate != nil && trimap != nil), ("--alpha-matting", plate != nil && mask.matting.alphaMatting),
    ]
    for (flag, isGiven) in flags where isGiven { throw ValidationError("\(flag) has no effect with \(picture)") }
  }

  func settings(_ cutout: CutoutOptions) -> PhotoSettings {
    var settings = PhotoSettings()
    settings.inputSize = mask.model.size
    settings.classes = mask.model.clothes?.classes
    settings.augmentation = mask.model.augmentation
    settings.preprocessing = mask.preprocess
    settings.normalization = mask.normalize
    settings.sideOutputs = sideOutputs != nil
    settings.pixelLimit = input.maxMegapixels * 1_000_000
    settings.mask = mask.settings
    settings.mask.plates = plate.map { CompanionPictures(FilePath(argument: $0)) }
    settings.mask.trimaps = trimap.map { CompanionPictures(FilePath(argument: $0)) }
    settings.cutout = cutout.settings
    settings.encoding = encoding.settings
    return settings
  }

  /// Makes of every photo what `destinations` say, many photos at a time; what failed is told at the end.
  func run(_ destinations: [Destination], of inputs: NamedInputs, cutout: CutoutOptions) throws {
    let maps = try sideOutputs.map { folder throws(PipelineError) in
      try Destination.maps(in: FilePath(argument: folder))
    }
    let batch = try files(inputs, destinations + (maps ?? []), cutout), isQuiet = self.batch.quiet
    if self.batch.watch { return try watch(batch, cutout) }
    let plan = try batch.plan { event in ConsoleProgress(.none, total: 0).tell(event, isQuiet: isQuiet) }
    if plan.findsNothing {
      try plan.recordPassedOver()
      throw CommandFailure(lines: plan.problems)
    }
    let isOnePhoto = plan.isOnePhoto
    if !isOnePhoto { Interruption.watch() }
    let progress = ConsoleProgress(isOnePhoto ? .none : self.batch.progressStyle, total: plan.total)
    let summary = try plan.run(shouldStop: { Interruption.requested != nil }) { event in
      // A single photo's work may be stopped at any time, but not within a file.
      if case .writing = event, isOnePhoto { Interruption.watch() }
      progress.tell(event, isQuiet: isQuiet)
    } with: { workload in
      try processor(cutout, for: workload)
    }
    progress.finish()
    try summary.finish(isOnePhoto: isOnePhoto)
  }

  /// The photos and results, checked as far as can be before any photo is opened.
  private func files(
    _ inputs: NamedInputs, _ destinations: [Destination], _ cutout: CutoutOptions
  ) throws -> FileBatch {
    var files = FileBatch(inputs, destinations)
    (files.include, files.exclude, files.shard) = (input.include, input.exclude, input.shard)
    (files.existing, files.replacesNamedFile) = (batch.existing ?? .error, batch.existing == nil)
    files.manifestFile = batch.manifestFile
    files.companions = settings(cutout).mask.companions
    try files.checkPlaces()
    let requests = destinations.map { PhotoResult.Request($0.kind, as: $0.format) }
    try inUsersWords { () throws(SettingsError) in try settings(cutout).validate(for: requests) }
    try encoding.checkUse(for: requests)
    try files.checkPatterns()
    if let weights = mask.model.weights { files.inUse.add(FilePath(argument: weights), as: "the --weights") }
    if let list = input.filesFrom { files.inUse.add(FilePath(argument: list), as: "the list of --files-from") }
    if let picture = cutout.background?.file { files.inUse.add(picture, as: "the picture of --background") }
    return files
  }

  private func processor(_ cutout: CutoutOptions, for workload: PhotoProcessor.Workload) throws -> PhotoProcessor {
    try PhotoProcessor(
      mask.model.network(), settings: settings(cutout), for: workload, cores: mask.model.threads,
      remark: batch.quiet ? { _ in } : Console.note)
  }

  /// The photos of the only input, a folder, and those that come, until somebody wants it to stop.
  private func watch(_ files: FileBatch, _ cutout: CutoutOptions) throws {
    #if os(Linux)
      let progress = ConsoleProgress(batch.progressStyle, total: 0), isQuiet = batch.quiet
      let tell: @Sendable (FileBatch.Event) -> Void = { progress.tell($0, isQuiet: isQuiet) }
      let summary = try files.watch(shouldStop: { Interruption.requested != nil }, onEvent: tell) {
        Interruption.watch()
        return try processor(cutout, for: .manyPhotos())
      }
      progress.finish()
      tell(.remark(summary.remark))
      try summary.finish()
    #else
      throw CommandFailure(lines: ["--watch needs Linux"])
    #endif
  }
}
