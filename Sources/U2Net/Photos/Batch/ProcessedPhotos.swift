import Dispatch

/// What became of one of many photos.
public struct PhotoOutcome: Sendable {
  /// Which photo it was, from 0.
  public let index: Int
  /// Of a photo that failed, too: a line for a `Manifest`.
  public let report: PhotoReport
  /// The results, or why there are none: what `PhotoProcessor.process(_:into:remark:)` throws.
  public let result: Result<ProcessedPhoto, any Error>
}

/// Many photos, worked on several at a time, in their order.
///
/// Memory is bounded: no more photos are begun than `PhotoProcessor.photosAtOnce` and one that waits, until those before them
/// have been taken, and pixels pass the processor's gate. A photo that fails is an outcome as any other and stops nothing.
/// When the task that takes the outcomes is cancelled, no more photos are begun and the sequence ends; the same if nobody
/// takes any more.
public struct ProcessedPhotos<Sources: Sequence>: AsyncSequence where Sources.Element == PhotoSource {
  /// One for each photo.
  public typealias Element = PhotoOutcome
  /// A photo's failure is in its outcome.
  public typealias Failure = Never

  let processor: PhotoProcessor
  let sources: Sources
  let requests: [PhotoResult.Request]

  /// Takes the first photos when the first outcome is asked for.
  public func makeAsyncIterator() -> Iterator {
    Iterator(processor: processor, requests: requests, sources: sources.makeIterator())
  }

  /// Goes through the outcomes once.
  public struct Iterator: AsyncIteratorProtocol {
    /// One for each photo.
    public typealias Element = PhotoOutcome
    /// A photo's failure is in its outcome.
    public typealias Failure = Never

    /// Photos that have begun, in their order; those that nobody waits for any longer are cancelled.
    private final class Begun {
      var tasks: ArraySlice<Task<PhotoOutcome?, Never>> = []
      deinit { cancel() }

      func cancel() {
        for task in tasks { task.cancel() }
        tasks = []
      }
    }

    private let processor: PhotoProcessor
    private let requests: [PhotoResult.Request]
    private var sources: Sources.Iterator
    private var count = 0
    private let begun = Begun()

    init(processor: PhotoProcessor, requests: [PhotoResult.Request], sources: Sources.Iterator) {
      (self.processor, self.requests, self.sources) = (processor, requests, sources)
    }

    /// The next outcome, nil after the last or once the task is cancelled.
    public mutating func next() async -> PhotoOutcome? {
      while !Task.isCancelled, begun.tasks.count <= processor.photosAtOnce, let source = sources.next() {
        let (processor, requests, index) = (processor, requests, count)
        count += 1
        begun.tasks.append(Task { await processor.outcome(index, source, requests) })
      }
      guard !Task.isCancelled, let first = begun.tasks.popFirst() else {
        begun.cancel()
        return nil
      }
      return await withTaskCancellationHandler {
        await first.value
      } onCancel: {
        first.cancel()
      }
    }
  }
}

extension PhotoProcessor {
  /// Makes the same results of many photos.
  ///
  ///     for await photo in processor.results(of: names.map { .file($0) }, into: [.mask]) {
  ///       try manifest.append(photo.report)
  ///       try photo.result.get().results[0].write(to: "\(names[photo.index]).mask.png")
  ///     }
  ///
  /// - Parameters:
  ///   - sources: taken one by one as there is room, so that it may be as long as it likes.
  ///   - requests: what is made of each; none: only verdicts.
  public func results<Sources: Sequence>(
    of sources: Sources, into requests: [PhotoResult.Request]
  ) -> ProcessedPhotos<Sources> where Sources.Element == PhotoSource {
    ProcessedPhotos(processor: self, sources: sources, requests: requests)
  }

  /// Makes the same results of many photos in one call. Cancelling the task ends it after the photos that have begun.
  /// - Parameters:
  ///   - sources: photos, in the order of their indices.
  ///   - requests: what is made of each; none: only verdicts.
  ///   - progress: told after each photo how many are done, how many of these failed, and how many there are.
  ///   - handle: gets every photo in its order, one at a time. What it throws ends the work.
  /// - Returns: how many photos failed.
  /// - Throws: `CancellationError`, and what `handle` throws.
  @discardableResult
  public func process(
    all sources: [PhotoSource], into requests: [PhotoResult.Request],
    progress: (_ done: Int, _ failed: Int, _ total: Int) -> Void = { _, _, _ in },
    handle: (PhotoOutcome) throws -> Void
  ) async throws -> Int {
    var done = 0, failed = 0
    for await outcome in results(of: sources, into: requests) {
      done += 1
      if case .failure = outcome.result { failed += 1 }
      try handle(outcome)
      progress(done, failed, sources.count)
    }
    if done < sources.count { throw CancellationError() }
    return failed
  }

  /// Works on a thread of its own, for Swift's are not to wait. nil: the task was cancelled before that began.
  fileprivate func outcome(
    _ index: Int, _ source: PhotoSource, _ requests: [PhotoResult.Request]
  ) async -> PhotoOutcome? {
    if Task.isCancelled { return nil }
    return await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        var report = PhotoReport(input: source.name)
        let result = Result {
          let made = try self.process(source, requests, &report, { _ in }) { $0 }
          return ProcessedPhoto(verdict: made.verdict, report: report, results: made.files)
        }
        if case .failure(let error) = result { report.fail(error, name: source.name) }
        continuation.resume(returning: PhotoOutcome(index: index, report: report, result: result))
      }
    }
  }
}
