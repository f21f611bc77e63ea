import Dispatch
import Synchronization
import U2NetPlatform

/// Takes frames from one place, works on several at a time, and hands the results on in the order the frames came in, each as
/// soon as it and those before it are done.
///
/// Reading goes on while others are worked on, so that neither a slow source nor a slow sink holds back what is done. There
/// are never more than `atOnce` frames in work or waiting to be handed on, and one more that is being read.
package struct FrameStream<Frame: Sendable>: Sendable {
  let atOnce: Int
  /// The next frame; nil at the end. Called by one thread at a time.
  let next: @Sendable (_ number: Int) throws -> Frame?
  let work: @Sendable (Frame) throws -> [UInt8]

  package init(
    atOnce: Int, next: @escaping @Sendable (_ number: Int) throws -> Frame?,
    work: @escaping @Sendable (Frame) throws -> [UInt8]
  ) {
    (self.atOnce, self.next, self.work) = (atOnce, next, work)
  }

  private typealias Outcome = Result<[UInt8], any Error>

  /// What the threads share.
  private final class State: Sendable {
    struct Contents {
      var done: [Int: Outcome] = [:]
      /// How many frames there are, once that is known, and why there are no more.
      var end: (count: Int, error: (any Error)?)?
    }

    let contents = Mutex(Contents())
    /// Signalled whenever the contents change.
    let news = DispatchSemaphore(value: 0)
    let vacancies: DispatchSemaphore

    init(_ atOnce: Int) { vacancies = DispatchSemaphore(value: atOnce) }

    func change(_ body: (inout sending Contents) -> Void) {
      contents.withLock { body(&$0) }
      news.signal()
    }
  }

  /// Returns when all results have been handed on.
  /// - Throws: what `next`, `work` or `receive` throws, after the results of all frames before.
  package func run(receive: ([UInt8]) throws -> Void) throws {
    let state = State(atOnce)
    // A thread of its own: it may wait for a frame for ever.
    DispatchQueue(label: "frames").async { read(state) }
    var number = 0
    while true {
      let (outcome, end) = state.contents.withLock { ($0.done.removeValue(forKey: number), $0.end) }
      if let outcome {
        try receive(outcome.get())
        number += 1
        state.vacancies.signal()
      } else if let end, end.count == number {
        if let error = end.error { throw error }
        return
      } else {
        state.news.wait()
      }
    }
  }

  private func read(_ state: State) {
    let workers = DispatchQueue(label: "frames in work", attributes: .concurrent)
    for number in 0... {
      let frame: Frame?
      do { frame = try next(number) } catch {
        return state.change { $0.end = (number, error) }
      }
      guard let frame else { return state.change { $0.end = (number, nil) } }
      state.vacancies.wait()
      workers.async {
        let outcome = Outcome { try work(frame) }
        state.change { $0.done[number] = outcome }
      }
    }
  }
}
