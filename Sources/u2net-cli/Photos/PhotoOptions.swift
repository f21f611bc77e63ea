import ArgumentParser
import Files
import Images
import U2Net

/// What the commands that make pictures of photos have in common.
struct PhotoOptions: ParsableArguments {
  @OptionGroup var input: InputOptions
  @OptionGroup var mask: MaskOptions
  @OptionGroup var encoding: EncodingOptions
  @OptionGroup var batch: BatchOptions

  @Option(help: ArgumentHelp("Write the fused map and the six side outputs into this folder, too.", valueName: "dir"))
  var sideOutputs: String?

  private var mapDestinations: [Destination] {
    guard let sideOutputs else { return [] }
    let maps: [Saliency.Map] = [.fused] + (1...6).map(Saliency.Map.side)
    return maps.map { Destination(.map($0), folder: FilePath(argument: sideOutputs), suffix: ".\($0).png") }
  }

  /// Makes of every photo what `destinations` say, many photos at a time; what failed is told at the end.
  func run(_ destinations: [Destination], cutout: CutoutOptions = CutoutOptions()) throws {
    let destinations = destinations + mapDestinations
    let found = try input.photos(outside: destinations.compactMap(\.folder))
    guard batch.watch || !found.photos.isEmpty || found.problems.isEmpty else {
      throw CommandFailure(lines: found.problems)
    }
    let (jobs, skipped) = try PhotoJob.plan(found.photos, destinations, existing: batch.existing)
    if jobs.count == 1, !batch.watch, found.problems.isEmpty, skipped.isEmpty {
      return try runOne(jobs[0], cutout)
    }

    if found.photos.isEmpty, !batch.watch, !batch.quiet {
      let places = input.inputs + (input.filesFrom.map { [$0] } ?? [])
      note("\(places.joined(separator: ", ")): no photos: nothing to do")
    }
    // Where nothing can be written, no photo needs to be looked at.
    for job in jobs { try job.makeFolders() }
    Interruption.watch()
    let manifest = try batch.manifest.map { path throws(CommandFailure) in try Manifest(FilePath(argument: path)) }
    for job in skipped { try manifest?.append(.skipped(job)) }

    let cores = mask.model.threads
    let workers = batch.watch ? cores : min(cores, max(1, jobs.count))
    let studio = try Studio(self, cutout, photosAtOnce: workers, threads: max(1, cores / workers))
    let gate = MemoryGate.ofThisMachine()
    let progress = Progress(batch.progressStyle, total: jobs.count)
    let work = Batch(workers: workers, progress: progress, manifest: manifest)
    for problem in found.problems { work.record(problem: problem) }
    try work.run(jobs) { job in studio.report(job, gate, remark: batch.quiet ? { _ in } : progress.note) }
    var total = jobs.count
    if batch.watch {
      try watch(destinations) { job in
        total += 1
        try work.run([job]) { studio.report($0, gate, remark: note) }
      }
    }
    try work.finish(total: total, wasWatching: batch.watch)
  }

  /// One photo, all cores: no bar, no summary.
  private func runOne(_ job: PhotoJob, _ cutout: CutoutOptions) throws {
    let manifest = try batch.manifest.map { path throws(CommandFailure) in try Manifest(FilePath(argument: path)) }
    try job.makeFolders()
    let studio = try Studio(self, cutout, photosAtOnce: 1, threads: mask.model.threads, isForOnePhoto: true)
    let report = studio.report(job, nil, remark: batch.quiet ? { _ in } : note)
    try manifest?.append(report)
    if let error = report.error { throw CommandFailure(error) }
  }

  /// Hands photos that appear in the only input, a folder, to `work` until somebody wants it to stop.
  private func watch(_ destinations: [Destination], _ work: (PhotoJob) throws -> Void) throws {
    #if canImport(Glibc)
      let folder = FilePath(argument: input.inputs.first ?? "")
      guard input.inputs.count == 1, input.filesFrom == nil, folder.isFolder else {
        throw CommandFailure("--watch needs one folder to watch")
      }
      let search = PhotoSearch(
        include: input.include, exclude: input.exclude, outputs: Set(destinations.compactMap(\.folder).map(\.resolved)))
      let watch = try FolderWatch(folder)
      if !batch.quiet { note("watching \(folder); Ctrl-C stops") }
      while Interruption.requested == nil {
        for name in try watch.next() where search.wants(name) && !search.isInOutput(folder.appending(name.bytes)) {
          let photo = Photo(path: folder.appending(name.bytes), stem: name.withoutExtension)
          let (jobs, _) = try PhotoJob.plan([photo], destinations, existing: batch.existing ?? .overwrite)
          for job in jobs {
            try job.makeFolders()
            try work(job)
          }
        }
      }
    #else
      throw CommandFailure("--watch needs Linux")
    #endif
  }
}
