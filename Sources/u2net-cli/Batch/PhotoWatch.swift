#if canImport(Glibc)
  import Files
  import Glibc
  import PhotoPipeline
  import Synchronization

  /// Works on the photos of a folder, those that are there and those that come, until somebody wants it to stop.
  ///
  /// One thread looks at the folder, as many as may work at once at photos. Those that fail may be halves of copies that go
  /// on later: they are told, and counted, once they have not changed for a while.
  final class PhotoWatch {
    /// A photo that failed, as it was then.
    private struct Failure {
      let photo: Photo
      let report: PhotoReport
      let state: StillFiles.State?
      let time = ContinuousClock.now
      var isTold = false
    }

    /// Passes what the workers have done to the thread that looks at the folder.
    private final class Finished: Sendable {
      let results = Mutex<[(job: PhotoJob, report: PhotoReport)]>([])
    }

    private static let patience = Duration.seconds(10)

    private let folder: FilePath
    private let search: PhotoSearch
    private let isWanted: (Photo) -> Bool
    private let progress: Progress
    private let batch: Batch
    private let remark: (String) -> Void

    private var still = StillFiles()
    private let queue = JobQueue<PhotoJob>()
    private let finished = Finished()
    /// Photos that are worked on, or will be next, as they were when they were taken.
    private var busy: [FilePath: StillFiles.State?] = [:]
    private var failures: [FilePath: Failure] = [:]
    private var done: Set<FilePath> = [], skipped: Set<FilePath> = []
    private var problems = 0
    private var lastLook: ContinuousClock.Instant?

    init(
      _ folder: FilePath, _ search: PhotoSearch, isWanted: @escaping (Photo) -> Bool, progress: Progress,
      manifest: Manifest?, remark: @escaping (String) -> Void
    ) {
      self.folder = folder
      self.search = search
      self.isWanted = isWanted
      self.progress = progress
      batch = Batch(progress: progress, manifest: manifest)
      self.remark = remark
    }

    func run(
      _ plan: WatchPlan, workers: Int, _ work: @escaping @Sendable (PhotoJob) -> PhotoReport
    ) throws {
      // Whoever opens a file while it is asked whether somebody writes to it makes the system tell us.
      signal(SIGIO, SIG_IGN)
      var plan = plan
      let watch = try FolderWatch(folder, without: search.isOutput)
      remark("watching \(folder); Ctrl-C stops")
      let threads = Workers(workers) { [queue, finished] in
        while let job = queue.next() {
          let report = work(job)
          finished.results.withLock { $0.append((job, report)) }
        }
      }
      absorb(watch.scan(), &plan)
      while Interruption.requested == nil {
        let changes = watch.changes(within: 50)
        absorb(changes, &plan)
        if changes.isGone {
          problem("\(folder): is not there any longer")
          break
        }
        collect()
        for path in still.take(unless: { self.busy[$0] != nil }) { begin(path, &plan) }
      }
      let dropped = queue.close(dropping: true)
      threads.join()
      collect()
      try finish(dropped)
    }

    private func photo(_ path: FilePath) -> Photo {
      let relative = FilePath(bytes: path.bytes.dropFirst(folder.appending([]).bytes.count))
      return Photo(path: path, stem: relative.withoutExtension, isNamed: false)
    }

    private func problem(_ text: String) {
      problems += 1
      batch.record(problem: text)
    }

    /// What the folder tells.
    private func absorb(_ changes: FolderWatch.Changes, _ plan: inout WatchPlan) {
      for text in changes.problems { problem(text) }
      for text in changes.remarks { remark(text) }
      for name in changes.files where search.wants(name) {
        let path = folder.appending(name.bytes)
        if case .readable = PictureKind(fileExtension: path.fileExtension), path.exists { plan.see(photo(path)) }
        still.touch(path)
      }
    }

    /// A file is whole.
    private func begin(_ path: FilePath, _ plan: inout WatchPlan) {
      let photo = photo(path)
      guard isWanted(photo) else { return }
      switch PhotoSearch.finding(path) {
      case .other: return
      case .unreadable(let reason): fail(photo, "\(path): \(reason)")
      case .photo:
        switch plan.plan(photo) {
        case .result: return
        case .refused(let reason): fail(photo, reason)
        case .skipped(let job):
          skipped.insert(path)
          do { try batch.append(.skipped(job)) } catch { problem("\(error)") }
        case .job(let job):
          do { try job.makeFolders() } catch { return fail(photo, "\(photo.source): \(error)") }
          busy[path] = .some(StillFiles.State(path))
          progress.expect(1)
          queue.add(job)
        }
      }
    }

    /// For reasons that waiting does not change.
    private func fail(_ photo: Photo, _ reason: String) {
      let report = PhotoReport(failed: photo, reason)
      failures[photo.path] = Failure(photo: photo, report: report, state: .init(photo.path), isTold: true)
      done.remove(photo.path)
      progress.expect(1)
      batch.record(report)
    }

    /// What the workers have finished, and failures that have stayed what they are.
    private func collect() {
      let results = finished.results.withLock { results in
        defer { results = [] }
        return results
      }
      for (job, report) in results {
        let path = job.photo.path
        let state = busy.removeValue(forKey: path) ?? nil
        failures[path] = nil
        if report.status == .failed {
          done.remove(path)
          failures[path] = Failure(photo: job.photo, report: report, state: state)
        } else if batch.record(report) {
          done.insert(path)
        } else {
          failures[path] = Failure(photo: job.photo, report: report, state: state, isTold: true)
        }
      }
      // Nobody tells of what is written through another name: those that failed long ago are looked at now and then.
      let looksAtAll = lastLook.map { .now - $0 > .seconds(2) } ?? true
      if looksAtAll { lastLook = .now }
      for (path, failure) in failures where !failure.isTold || looksAtAll {
        if StillFiles.State(path) != failure.state {
          // It has gone on: what there was is no photo that failed.
          if !failure.isTold {
            failures[path] = nil
            progress.expect(-1)
          }
          still.touch(path)
        } else if .now - failure.time >= Self.patience {
          tell(path)
        }
      }
    }

    private func tell(_ path: FilePath) {
      guard failures[path]?.isTold == false else { return }
      failures[path]!.isTold = true
      batch.record(failures[path]!.report)
    }

    /// Says how many photos were done, and what was not.
    private func finish(_ dropped: [PhotoJob]) throws(CommandFailure) {
      for path in failures.keys.sorted(by: { "\($0)" < "\($1)" }) { tell(path) }
      for path in still.empty where PictureKind(fileExtension: path.fileExtension) != nil {
        fail(photo(path), "\(path): the file is empty")
      }
      let waiting = still.pending.filter { PictureKind(fileExtension: $0.fileExtension) != nil }
      for path in waiting where !path.exists {
        fail(photo(path), "\(path): a link to a file that is not there")
      }
      progress.finish()
      let failed = failures.count, unfinished = Set(dropped.map(\.photo.path)).union(waiting.filter(\.exists))
      let others = (skipped.subtracting(done).isEmpty ? "" : ", \(skipped.subtracting(done).count) were there already")
      remark("\(done.count) photo\(done.count == 1 ? "" : "s") done\(others)")
      var lines: [String] = []
      if failed > 0 { lines.append("\(failed) of \(failed + done.count + unfinished.count) photos failed") }
      if problems > 0 { lines.append("\(problems) folder\(problems == 1 ? "" : "s") could not be watched") }
      guard unfinished.isEmpty else {
        lines.append(
          "stopped: \(unfinished.count) photo\(unfinished.count == 1 ? " was" : "s were") waiting and not done;"
            + " the same command with --existing skip goes on")
        throw CommandFailure(lines: lines, Interruption.requested.map(Interruption.exitCode) ?? 1)
      }
      if !lines.isEmpty { throw CommandFailure(lines: lines) }
    }
  }
#endif
