import ArgumentParser
import U2NetFiles
import U2Net
import U2NetPlatform

/// What the commands that make pictures of photos have in common.
struct PhotoOptions: ParsableArguments {
  @OptionGroup var input: InputOptions
  @OptionGroup var mask: MaskOptions
  @OptionGroup var encoding: EncodingOptions
  @OptionGroup var batch: BatchOptions

  @Option(help: ArgumentHelp("Write the fused map and the six side outputs into this folder, too.", valueName: "dir"))
  var sideOutputs: String?

  func settings(_ cutout: CutoutOptions) -> PhotoSettings {
    var settings = PhotoSettings()
    settings.inputSize = mask.model.size
    settings.preprocessing = mask.preprocess
    settings.normalization = mask.normalize
    settings.sideOutputs = sideOutputs != nil
    settings.pixelLimit = input.maxMegapixels * 1_000_000
    settings.mask = mask.settings
    settings.cutout = cutout.settings
    settings.encoding = encoding.settings
    return settings
  }

  private func mapDestinations() throws(PipelineError) -> [Destination] {
    guard let sideOutputs else { return [] }
    let maps: [Saliency.Map] = [.fused] + (1...6).map(Saliency.Map.side)
    var destinations: [Destination] = []
    for map in maps {
      destinations.append(
        try Destination(.map(map), folder: FilePath(argument: sideOutputs), suffix: ".\(map).png", format: .png))
    }
    return destinations
  }

  /// Makes of every photo what `destinations` say, many photos at a time; what failed is told at the end.
  func run(_ destinations: [Destination], of inputs: NamedInputs, cutout: CutoutOptions) throws {
    let destinations = try destinations + mapDestinations()
    try check(destinations, cutout)
    let inUse = try filesInUse(cutout)
    if batch.watch { return try watch(destinations, cutout, inUse) }
    let found = input.search(inputs, outside: destinations.compactMap(\.folder))
    for remark in found.remarks where !batch.quiet { note(remark) }
    let mayBePhotos = found.photos.contains { $0.isNamed || $0.mark == nil }
    let hidden = found.hidden.filter { input.isInShard($0.photo) }.map { PhotoReport.passedOver($0.photo, $0.remark) }
    guard mayBePhotos || !found.unreadable.isEmpty || found.problems.isEmpty else {
      if !hidden.isEmpty { _ = try manifest(hidden) }
      throw CommandFailure(lines: found.problems)
    }
    var plan = try PhotoPlan(found.photos, destinations, existing: batch.existing, isWanted: input.isInShard)
    plan.refuse(replacing: inUse)
    remarkEarlierResults(plan)
    var failed =
      found.unreadable.filter { input.isInShard($0.photo) }.map { PhotoReport(failed: $0.photo, $0.reason) }
      + plan.refused.map { PhotoReport(failed: $0.photo, $0.reason) }
    let total = plan.jobs.count + failed.count
    if total == 1, found.problems.isEmpty, plan.skipped.isEmpty, plan.likelyResults.isEmpty {
      return try runOne(plan.jobs.first, failed, cutout, passedOver: hidden)
    }

    if total == 0, plan.skipped.isEmpty, !batch.quiet {
      let places = input.inputs + (input.filesFrom.map { [$0] } ?? [])
      note("\(places.joined(separator: ", ")): no photos: nothing to do")
    }
    let jobs = try placed(plan.jobs, &failed)
    AtomicFile.removeAbandoned(of: jobs.flatMap(\.files))
    Interruption.watch()
    let progress = Progress(batch.progressStyle, total: total)
    let tell = teller(to: progress)
    let work = PhotoBatch(manifest: try manifest(hidden), shouldStop: { Interruption.requested != nil }, onEvent: tell)
    for job in plan.skipped { try work.append(.skipped(job)) }
    for photo in plan.likelyResults { try work.append(.passedOver(photo, PhotoPlan.likelyResult)) }
    for problem in found.problems { work.record(problem: problem) }
    for report in failed { work.record(report) }
    if !jobs.isEmpty {
      let processor = try processor(cutout, for: .manyPhotos(atMost: jobs.count))
      work.run(jobs, workers: processor.photosAtOnce) { processor.report($0) { tell(.remark($0)) } }
    }
    progress.finish()
    try work.summary.finish(total: total, occupied: plan.occupied.count)
  }

  /// The jobs that have folders for their results; the others have failed.
  /// - Throws: where nothing can be written, for then no photo needs to be looked at.
  private func placed(_ jobs: [PhotoJob], _ failed: inout [PhotoReport]) throws(PipelineError) -> [PhotoJob] {
    var placed: [PhotoJob] = [], first: PipelineError?
    for job in jobs {
      do {
        try job.makeFolders()
        placed.append(job)
      } catch {
        first = first ?? error
        failed.append(PhotoReport(failed: job.photo, "\(job.photo.source): \(error)"))
      }
    }
    if let first, failed.count == jobs.count { throw first }
    return placed
  }

  private func remarkEarlierResults(_ plan: PhotoPlan) {
    // Names may err: this is told in any case.
    if let first = plan.likelyResults.first {
      let more = plan.likelyResults.count - 1
      note("\(first.source): \(PhotoPlan.likelyResult)" + (more > 0 ? "; and \(more) more" : ""))
    }
    guard let first = plan.earlierResults.first, !batch.quiet else { return }
    let count = plan.earlierResults.count
    note(
      count == 1
        ? "\(first.source): a result of u2net's, not taken for a photo"
        : "\(first.source) and \(count - 1) more: results of u2net's, not taken for photos")
  }

  /// Tells what happens to many photos.
  private func teller(to progress: Progress) -> @Sendable (BatchEvent) -> Void {
    let isQuiet = batch.quiet
    return { progress.tell($0, isQuiet: isQuiet) }
  }

  private func manifest(_ passedOver: [PhotoReport] = []) throws(PipelineError) -> Manifest? {
    let manifest = try batch.manifestFile.map { path throws(PipelineError) in try Manifest(path) }
    for report in passedOver { try manifest?.append(report) }
    return manifest
  }

  private func processor(_ cutout: CutoutOptions, for workload: PhotoProcessor.Workload) throws -> PhotoProcessor {
    try PhotoProcessor(
      mask.model.network(), settings: settings(cutout), for: workload, cores: mask.model.threads,
      remark: batch.quiet ? { _ in } : note)
  }

  /// One photo, all cores: no bar, no summary.
  private func runOne(
    _ job: PhotoJob?, _ failed: [PhotoReport], _ cutout: CutoutOptions, passedOver: [PhotoReport]
  ) throws {
    let manifest = try manifest(passedOver)
    var report = failed.first
    if let job {
      try job.makeFolders()
      // A single photo's work may be stopped at any time, but not within a file.
      report = try processor(cutout, for: .onePhoto).report(
        job, willWrite: { if !job.files.isEmpty { Interruption.watch() } }, remark: batch.quiet ? { _ in } : note)
    }
    guard let report else { return }
    try manifest?.append(report)
    if let error = report.error { throw CommandFailure(error) }
    if let signal = Interruption.requested { throw CommandFailure(lines: [], Interruption.exitCode(signal)) }
  }

  /// The photos of the only input, a folder, and those that come, until somebody wants it to stop.
  private func watch(_ destinations: [Destination], _ cutout: CutoutOptions, _ inUse: FilesInUse) throws {
    #if os(Linux)
      let folder = try watchedFolder()
      Interruption.watch()
      // Whoever opens a file while it is asked whether somebody writes to it makes the system tell us.
      signal(SIGIO, SIG_IGN)
      let progress = Progress(batch.progressStyle, total: 0), tell = teller(to: progress)
      let processor = try processor(cutout, for: .manyPhotos())
      let search = PhotoSearch(
        include: input.include, exclude: input.exclude, outputs: destinations.compactMap(\.folder))
      let watch = PhotoWatch(
        folder, search, isWanted: input.isInShard, inUse: inUse, manifest: try manifest(),
        shouldStop: { Interruption.requested != nil }, onEvent: tell)
      let plan = WatchPlan(destinations, existing: batch.existing)
      let summary = try watch.run(plan, workers: processor.photosAtOnce) { processor.report($0) { tell(.remark($0)) } }
      progress.finish()
      tell(.remark(summary.remark))
      try summary.finish()
    #else
      throw CommandFailure("--watch needs Linux")
    #endif
  }
}
