#if os(Linux)
  internal import U2NetFiles
  import U2NetPlatform

  extension FileBatch {
    /// What has become of the photos when a watch ends.
    public struct WatchSummary: Sendable {
      /// Photos whose results were made, and those that failed.
      public let done, failed: Int
      /// Those whose results were there already.
      public let skipped: Int
      /// Results of earlier runs, which were not taken for photos.
      public let results: Int
      /// Those that were waiting and not done.
      public let unfinished: Int
      /// Folders that could not be watched, and what else could not be looked into.
      public let problems: Int

      /// What was done, in one line.
      public var remark: String {
        var text = "\(done) photo\(done == 1 ? "" : "s") done"
        if skipped > 0 { text += ", \(skipped) were there already" }
        if results > 0 {
          text += "; \(results) result\(results == 1 ? "" : "s") of earlier runs there, not taken for photos"
        }
        return text
      }

      /// What was not done for a fault, a line for each kind.
      public var failures: [String] {
        (failed > 0 ? ["\(failed) of \(failed + done + unfinished) photos failed"] : [])
          + (problems > 0 ? ["\(problems) folder\(problems == 1 ? "" : "s") could not be watched"] : [])
      }

      /// What the same batch would do if it were run again with `.skip`, in one line; nil if nothing was waiting.
      public var rest: String? {
        unfinished == 0 ? nil : "\(unfinished) photo\(unfinished == 1 ? " was" : "s were") waiting and not done"
      }
    }

    /// Works on the photos of the only input, a folder, and on those that come, once they are whole, until it is to stop or
    /// the folder is gone. What exists is asked about photo by photo. It takes all the time that needs.
    ///
    /// The process ignores SIGIO from now on, with which the system tells that a file is opened that is just being asked about.
    /// - Parameters:
    ///   - shouldStop: asked many times a second; photos that have begun are finished.
    ///   - onEvent: called by several threads.
    ///   - processor: makes what works on the photos, once it is known that there is a folder to watch.
    /// - Returns: what has become of the photos.
    /// - Throws: `PipelineError` if the input is no folder or cannot be watched; what `processor` throws.
    public func watch(
      shouldStop: @escaping @Sendable () -> Bool, onEvent: @escaping @Sendable (Event) -> Void = { _ in },
      with processor: () throws -> PhotoProcessor
    ) throws -> WatchSummary {
      let destinations = try destinations, inUse = try filesInUse(), folder = try watchedFolder()
      signal(SIGIO, SIG_IGN)
      let processor = try processor()
      let search = PhotoSearch(include: include, exclude: exclude, outputs: destinations.compactMap(\.folder))
      let watch = PhotoWatch(
        folder, search, isWanted: isWanted, inUse: inUse, companions: companions,
        manifest: try manifestFile.map { path throws(PipelineError) in try Manifest(path) }, shouldStop: shouldStop,
        onEvent: onEvent)
      let plan = WatchPlan(destinations, existing: existing)
      return try watch.run(plan, workers: processor.photosAtOnce) { job in
        processor.report(job) { onEvent(.remark($0)) }
      }
    }

    private func watchedFolder() throws(PipelineError) -> FilePath {
      let folder = named.arguments.first ?? ""
      guard named.arguments.count == 1, named.listed == nil, folder != .standardStream,
        folder.isFolder || !folder.exists
      else { throw PipelineError(usage: "--watch needs one folder to watch") }
      guard folder.isFolder else { throw PipelineError("\(folder): no such folder") }
      return folder
    }
  }
#endif
