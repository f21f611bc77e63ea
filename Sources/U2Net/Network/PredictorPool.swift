import Dispatch
import Synchronization

/// Predictors of one kind for several callers at the same time. They share their transformed weights and are made when they
/// are needed: what is never used takes no memory.
final class PredictorPool: Sendable {
  private struct Contents {
    var idle: [Predictor] = []
    /// The one that all others share their weights with.
    var first: Predictor?
    /// Makes that one; forgotten then, with the weights as they were.
    var make: (@Sendable () -> Predictor)?
  }

  /// Passes predictors between threads; each is with one caller or idle.
  private struct Handed: @unchecked Sendable { let predictor: Predictor }

  private let contents: Mutex<Contents>
  private let vacancies: DispatchSemaphore

  /// - Parameter limit: callers served at the same time; others wait.
  init(limit: Int, make: @escaping @Sendable () -> Predictor) {
    vacancies = DispatchSemaphore(value: limit)
    contents = Mutex(Contents(make: make))
  }

  /// Lends `body` a predictor that nobody else has.
  func lend<Result>(_ body: (Predictor) -> Result) -> Result {
    vacancies.wait()
    defer { vacancies.signal() }
    let handed = contents.withLock { contents in
      let predictor = contents.idle.popLast() ?? contents.first.map(Predictor.init(sharing:)) ?? contents.make!()
      if contents.first == nil { (contents.first, contents.make) = (predictor, nil) }
      return Handed(predictor: predictor)
    }
    defer { contents.withLock { $0.idle.append(handed.predictor) } }
    return body(handed.predictor)
  }
}
