import ArgumentParser
import Files
import Images
import Machine
import Pipeline
import U2Net

/// What the commands that make pictures of photos have in common.
struct PhotoOptions: ParsableArguments {
  @OptionGroup var input: InputOptions
  @OptionGroup var mask: MaskOptions
  @OptionGroup var encoding: EncodingOptions
  @OptionGroup var batch: BatchOptions

  @Option(help: ArgumentHelp("Write the fused map and the six side outputs into this folder, too.", valueName: "dir"))
  var sideOutputs: String?

  /// What the network is to do, but for how many photos and threads.
  var detection: SaliencyDetector.Options {
    var detection = SaliencyDetector.Options()
    detection.inputSize = mask.model.size
    detection.preprocessing = mask.preprocess
    detection.normalization = mask.normalize
    detection.sideOutputs = sideOutputs != nil
    return detection
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
  func run(_ destinations: [Destination], cutout: CutoutOptions = CutoutOptions()) throws {
    try check(destinations, cutout)
    let destinations = try destinations + mapDestinations()
    if batch.watch { return try watch(destinations, cutout) }
    let found = try input.search(outside: destinations.compactMap(\.folder))
    for remark in found.remarks where !batch.quiet { note(remark) }
    guard !found.photos.isEmpty || !found.unreadable.isEmpty || found.problems.isEmpty else {
      throw CommandFailure(lines: found.problems)
    }
    let plan = try PhotoPlan(found.photos.filter(input.isInShard), destinations, existing: batch.existing)
    remarkEarlierResults(plan)
    var failed =
      found.unreadable.filter { input.isInShard($0.photo) }.map { PhotoReport(failed: $0.photo, $0.reason) }
      + plan.refused.map { PhotoReport(failed: $0.photo, $0.reason) }
    let total = plan.jobs.count + failed.count
    if total == 1, found.problems.isEmpty, plan.skipped.isEmpty { return try runOne(plan.jobs.first, failed, cutout) }

    if total == 0, plan.skipped.isEmpty, !batch.quiet {
      let places = input.inputs + (input.filesFrom.map { [$0] } ?? [])
      note("\(places.joined(separator: ", ")): no photos: nothing to do")
    }
    let jobs = try placed(plan.jobs, &failed)
    Interruption.watch()
    let progress = Progress(batch.progressStyle, total: total)
    let work = Batch(progress: progress, manifest: try manifest())
    for job in plan.skipped { try work.append(.skipped(job)) }
    for problem in found.problems { work.record(problem: problem) }
    for report in failed { work.record(report) }
    if !jobs.isEmpty {
      let crew = try prepare(cutout, jobs: jobs.count, remark: remarks(to: progress))
      work.run(jobs, workers: crew.workers, crew.work)
    }
    try work.finish(total: total)
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

  /// What would be told too late by the first photo.
  private func check(_ destinations: [Destination], _ cutout: CutoutOptions) throws {
    if let size = cutout.size, size.width.saturatingProduct(size.height) > input.maxMegapixels * 1_000_000 {
      throw ValidationError("--size \(size) has more pixels than --max-megapixels \(input.maxMegapixels) allows")
    }
    for destination in destinations {
      if destination.kind == .mask, encoding.depth == 16, destination.format != .png {
        throw ValidationError("--depth 16 needs PNG: \(destination.format) has 8 bits per sample")
      }
      if destination.kind == .composite, destination.format == .jpeg, case .color(let color) = cutout.background,
        color.alpha < 255
      {
        throw ValidationError("JPEG has no transparency, but the --background has: choose .png or .webp")
      }
    }
  }

  private func remarkEarlierResults(_ plan: PhotoPlan) {
    guard let first = plan.earlierResults.first, !batch.quiet else { return }
    let count = plan.earlierResults.count
    note(
      count == 1
        ? "\(first.source): the result of another photo there, not taken for a photo"
        : "\(first.source) and \(count - 1) more: results of other photos there, not taken for photos")
  }

  /// Tells what the user should know about photos that did not fail.
  private func remarks(to progress: Progress) -> @Sendable (String) -> Void {
    let isQuiet = batch.quiet
    return { if !isQuiet { progress.note($0) } }
  }

  private func manifest() throws(CommandFailure) -> Manifest? {
    try batch.manifest.map { path throws(CommandFailure) in try Manifest(FilePath(argument: path)) }
  }

  /// How many photos are worked on at the same time, and how.
  private func prepare(
    _ cutout: CutoutOptions, jobs: Int, remark: @escaping @Sendable (String) -> Void
  ) throws -> (workers: Int, work: @Sendable (PhotoJob) -> PhotoReport) {
    let network = try mask.model.network(), cores = mask.model.threads
    let memory = SaliencyDetector.memory(network, options: detection)
    let plan = try MemoryPlan(
      limit: ResourceLimits.current.memory, cores: cores, jobs: jobs, shared: memory.shared, each: memory.each)
    let studio = try Studio(
      self, cutout, network, photosAtOnce: plan.workers, threads: max(1, cores / plan.workers))
    let gate = MemoryGate(budget: plan.photos)
    return (plan.workers, { job in studio.report(job, gate, remark: remark) })
  }

  /// One photo, all cores: no bar, no summary.
  private func runOne(_ job: PhotoJob?, _ failed: [PhotoReport], _ cutout: CutoutOptions) throws {
    let manifest = try manifest()
    var report = failed.first
    if let job {
      try job.makeFolders()
      let network = try mask.model.network()
      if mask.model.size > 320 {  // At the usual size it fits everywhere.
        var detection = detection
        detection.isForOnePhoto = true
        let memory = SaliencyDetector.memory(network, options: detection)
        _ = try MemoryPlan(
          limit: ResourceLimits.current.memory, cores: 1, jobs: 1, shared: memory.shared, each: memory.each)
      }
      let studio = try Studio(
        self, cutout, network, photosAtOnce: 1, threads: mask.model.threads, isForOnePhoto: true)
      report = studio.report(job, nil, remark: batch.quiet ? { _ in } : note)
    }
    guard let report else { return }
    try manifest?.append(report)
    if let error = report.error { throw CommandFailure(error) }
    if let signal = Interruption.requested { throw CommandFailure(lines: [], Interruption.exitCode(signal)) }
  }

  /// The photos of the only input, a folder, and those that come, until somebody wants it to stop.
  private func watch(_ destinations: [Destination], _ cutout: CutoutOptions) throws {
    #if canImport(Glibc)
      let folder = FilePath(argument: input.inputs.first ?? "")
      guard input.inputs.count == 1, input.filesFrom == nil, folder.isFolder else {
        throw CommandFailure("--watch needs one folder to watch")
      }
      Interruption.watch()
      let progress = Progress(batch.progressStyle, total: 0)
      let remark = remarks(to: progress)
      let crew = try prepare(cutout, jobs: .max, remark: remark)
      let search = PhotoSearch(
        include: input.include, exclude: input.exclude, outputs: destinations.compactMap(\.folder))
      let watch = PhotoWatch(
        folder, search, isWanted: input.isInShard, progress: progress, manifest: try manifest(), remark: remark)
      try watch.run(WatchPlan(destinations, existing: batch.existing), workers: crew.workers, crew.work)
    #else
      throw CommandFailure("--watch needs Linux")
    #endif
  }
}
