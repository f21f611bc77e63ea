/// From now on `handler` is called when the signal comes. It may neither allocate nor wait.
public func handle(signal number: Int32, with handler: @escaping @convention(c) (Int32) -> Void) {
  var action = sigaction()
  #if os(Linux)
    action.__sigaction_handler.sa_handler = handler
  #else
    action.__sigaction_u.__sa_handler = handler
  #endif
  sigaction(number, &action, nil)
}
