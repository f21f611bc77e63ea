#if os(Linux)
  internal import U2NetFiles
  import Synchronization
  import U2NetPlatform

  /// Works on the photos of a folder, those that are there and those that come, until somebody wants it to stop.
  ///
  /// One thread looks at the folder, as many as may work at once at photos. Those that fail may be halves of copies that go
  /// on later: they are told, and counted, once they have not changed for a while.
  ///
  /// The process must ignore SIGIO, with which the system tells that a file is opened that is just being asked about.
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
    private let batch: PhotoBatch
    private let shouldStop: @Sendable () -> Bool
    private let onEvent: @Sendable (FileBatch.Event) -> Void

    private var still = StillFiles()
    private let queue = JobQueue<PhotoJob>()
    private let finished = Finished()
    /// Photos that are worked on, or will be next, as they were when they were taken.
    private var busy: [FilePath: StillFiles.State?] = [:]
    private var failures: [FilePath: Failure] = [:]
    private var done: Set<FilePath> = [], skipped: Set<FilePath> = [], results: Set<FilePath> = []
    private var problems = 0
    /// What no result may take the place of: the photos, too, as they are seen.
    private var inUse: FilesInUse
    private let companions: [(pictures: CompanionPictures, role: String)]
    private var lastLook: ContinuousClock.Instant?

    /// - Parameters:
    ///   - isWanted: which photos are to be done at all.
    ///   - inUse: what no result may take the place of, beside photos.
    ///   - companions: pictures that go with photos, likewise.
    ///   - shouldStop: asked many times a second; photos that have begun are finished.
    ///   - onEvent: called by several threads.
    init(
      _ folder: FilePath, _ search: PhotoSearch, isWanted: @escaping (Photo) -> Bool, inUse: FilesInUse = FilesInUse(),
      companions: [(pictures: CompanionPictures, role: String)] = [],
      manifest: Manifest?, shouldStop: @escaping @Sendable () -> Bool,
      onEvent: @escaping @Sendable (FileBatch.Event) -> Void
    ) {
      self.folder = folder
      self.search = search
      self.isWanted = isWanted
      (self.inUse, self.companions) = (inUse, companions)
      self.shouldStop = shouldStop
      self.onEvent = onEvent
      batch = PhotoBatch(manifest: manifest, shouldStop: shouldStop, onEvent: onEvent)
    }

    /// Works until somebody wants it to stop, or the folder is gone.
    /// - Throws: `PipelineError` if the folder cannot be watched.
    func run(
      _ plan: WatchPlan, workers: Int, _ work: @escaping @Sendable (PhotoJob) -> PhotoReport
    ) throws(PipelineError) -> FileBatch.WatchSummary {
      var plan = plan
      let watch = try FolderWatch(folder, takesHidden: search.wantsHidden, without: search.isOutput)
      onEvent(.watching("\(folder)"))
      let threads = Workers(workers) { [queue, finished] in
        while let job = queue.next() {
          let report = work(job)
          finished.results.withLock { $0.append((job, report)) }
        }
      }
      let first = watch.scan()
      passOver(hidden: first.hidden)
      absorb(first, &plan)
      while !shouldStop() {
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
      return finish(dropped)
    }

    private func photo(_ path: FilePath, mark: ResultMark? = nil) -> Photo {
      let relative = FilePath(bytes: path.bytes.dropFirst(folder.appending([]).bytes.count))
      return Photo(path: path, stem: relative.withoutExtension, isNamed: false, mark: mark)
    }

    private func problem(_ text: String) {
      problems += 1
      batch.record(problem: text)
    }

    /// What the folder tells.
    private func absorb(_ changes: FolderWatch.Changes, _ plan: inout WatchPlan) {
      for text in changes.problems { problem(text) }
      for text in changes.remarks { onEvent(.remark(text)) }
      for name in changes.files where search.wants(name) {
        let path = folder.appending(name.bytes)
        if path.isSpecial {
          passOver(path)
          continue
        }
        if case .readable = PictureKind(fileExtension: path.fileExtension), path.exists {
          plan.see(photo(path, mark: ResultMark(file: path)))
        }
        still.touch(path)
      }
    }

    /// What will never be whole: a pipe, a socket, a device.
    private func passOver(_ path: FilePath) {
      guard failures[path] == nil, isWanted(photo(path)) else { return }
      if case .unreadable(let reason) = PhotoSearch.finding(path) { fail(photo(path), "\(path): \(reason)") }
    }

    /// A file is whole.
    private func begin(_ path: FilePath, _ plan: inout WatchPlan) {
      guard isWanted(photo(path)) else { return }
      switch PhotoSearch.finding(path) {
      case .other: return
      case .unreadable(let reason): fail(photo(path), "\(path): \(reason)")
      case .photo(let mark):
        let photo = photo(path, mark: mark)
        switch plan.plan(photo) {
        case .result(let isPlanned):
          if !isPlanned, mark != nil { results.insert(path) }
          if !isPlanned, mark == nil { tellLikelyResult(photo) }
        case .refused(let reason): fail(photo, reason)
        case .skipped(let job):
          skipped.insert(path)
          do { try batch.append(.skipped(job)) } catch { problem("\(error)") }
        case .job(let job):
          inUse.add(photo, companions: companions)
          if let reason = inUse.obstacle(to: job) { return fail(photo, reason) }
          do { try job.makeFolders() } catch { return fail(photo, "\(photo.source): \(error)") }
          busy[path] = .some(StillFiles.State(path))
          onEvent(.expected(1))
          queue.add(job)
        }
      }
    }

    private func passOver(hidden: [FilePath]) {
      let found = search.hidden(hidden, in: folder)
      for text in found.remarks { onEvent(.remark(text)) }
      for hidden in found.pictures where isWanted(hidden.photo) {
        do { try batch.append(.passedOver(hidden.photo, hidden.remark)) } catch { problem("\(error)") }
      }
    }

    private func tellLikelyResult(_ photo: Photo) {
      do { try batch.append(.passedOver(photo, PhotoPlan.likelyResult)) } catch { problem("\(error)") }
      onEvent(.problem("\(photo.source): \(PhotoPlan.likelyResult)"))
    }

    /// For reasons that waiting does not change.
    private func fail(_ photo: Photo, _ reason: String) {
      let report = PhotoReport(failed: photo, reason)
      failures[photo.path] = Failure(photo: photo, report: report, state: .init(photo.path), isTold: true)
      done.remove(photo.path)
      onEvent(.expected(1))
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
            onEvent(.expected(-1))
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

    /// Tells what was not told yet.
    private func finish(_ dropped: [PhotoJob]) -> FileBatch.WatchSummary {
      for path in failures.keys.sorted(by: { "\($0)" < "\($1)" }) { tell(path) }
      for path in still.empty where PictureKind(fileExtension: path.fileExtension) != nil {
        fail(photo(path), "\(path): the file is empty")
      }
      let waiting = still.pending.filter { PictureKind(fileExtension: $0.fileExtension) != nil }
      for path in waiting where !path.exists {
        fail(photo(path), "\(path): a link to a file that is not there")
      }
      return FileBatch.WatchSummary(
        done: done.count, failed: failures.count, skipped: skipped.subtracting(done).count, results: results.count,
        unfinished: Set(dropped.map(\.photo.path)).union(waiting.filter(\.exists)).count, problems: problems)
    }
  }
#endif
