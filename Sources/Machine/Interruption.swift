internal import U2NetFiles
import Synchronization
internal import U2NetPlatform

/// Ctrl-C, `kill` and a terminal that is closed, for a program that writes files. After `cleanUp` they end it at once, but leave
/// no hidden files; once `watch` was called the first Ctrl-C or `kill` is a request: what has begun is finished, nothing more is
/// begun. A second one ends the program at once.
///
///     Interruption.watch()
///     let summary = try plan.run(shouldStop: { Interruption.requested != nil }) { try PhotoProcessor(for: $0) }
///
/// Signals belong to the whole process: nothing in this package calls these but programs.
public enum Interruption {
  private static let signal = Atomic<Int32>(0)
  /// The signals, as bits, that are requests when they come next.
  private static let requests = Atomic<UInt64>(0)

  /// The number of the signal that asked to stop, or nil.
  public static var requested: Int32? {
    let number = signal.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// From now on no signal that ends the program leaves hidden files behind. Those that whoever started it wants ignored
  /// stay ignored.
  public static func cleanUp() {
    prepare()
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) { install(number) }
  }

  /// From now on these signals are requests, but for a SIGHUP that whoever started the program wants ignored, as nohup does.
  /// Calls that wait for input return early.
  /// - Parameter hangup: whether a terminal that is closed is a request, too, beside Ctrl-C and `kill`.
  public static func watch(hangup: Bool = false) {
    prepare()
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] + (hangup ? [SIGHUP] : []) where number != SIGHUP || !isIgnored(number) {
      requests.bitwiseOr(1 << UInt64(number), ordering: .relaxed)
      install(number)
      sigaddset(&signals, number)
    }
    // A program that is started from a thread that blocks signals inherits that.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// All that the handler uses, before a signal can come.
  private static func prepare() {
    _ = (requested, requests.load(ordering: .relaxed))
    UnfinishedFiles.prepare()
  }

  private static func install(_ number: Int32) {
    U2NetPlatform.handle(signal: number) { Interruption.handle($0) }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    #if os(Linux)
      let handler = action.__sigaction_handler.sa_handler
    #else
      let handler = action.__sigaction_u.__sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func handle(_ number: Int32) {
    let bit: UInt64 = 1 << UInt64(number)
    if requests.bitwiseAnd(~bit, ordering: .relaxed).oldValue & bit != 0 {
      return signal.store(number, ordering: .relaxed)
    }
    UnfinishedFiles.removeAll()
    // What it does by default, when this returns: whoever waits for the program sees which signal ended it.
    var action = sigaction()
    sigaction(number, &action, nil)
    raise(number)
  }

  /// What a shell calls a program that such a signal ended: 128 and the signal's number.
  /// - Parameter signal: its number, as `requested` has it.
  public static func exitCode(_ signal: Int32) -> Int32 { 128 + signal }
}
