import Synchronization
import U2NetPlatform

/// Ctrl-C and `kill`: what has begun is finished, nothing more is begun. A second one ends the program at once.
enum Interruption {
  private static let signal = Atomic<Int32>(0)

  /// The signal that asked to stop, or nil.
  static var requested: Int32? {
    let number = signal.load(ordering: .relaxed)
    return number == 0 ? nil : number
  }

  /// From now on these signals are requests, but for a SIGHUP that whoever started the program wants ignored, as nohup does.
  /// Calls that wait for input return early.
  static func watch(_ numbers: [Int32] = [SIGINT, SIGTERM]) {
    _ = requested  // Set up before a signal can come.
    var action = sigaction()
    let handler: @convention(c) (Int32) -> Void = { Interruption.handle($0) }
    #if os(Linux)
      action.__sigaction_handler.sa_handler = handler
    #else
      action.__sigaction_u.__sa_handler = handler
    #endif
    // The second signal of a kind does what it does by default.
    action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND))
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in numbers where number != SIGHUP || !isIgnored(number) {
      sigaction(number, &action, nil)
      sigaddset(&signals, number)
    }
    // A program that is started from a thread that blocks signals inherits that.
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
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

  private static func handle(_ number: Int32) { signal.store(number, ordering: .relaxed) }

  /// What a shell calls a program that such a signal ended.
  static func exitCode(_ signal: Int32) -> Int32 { 128 + signal }
}
