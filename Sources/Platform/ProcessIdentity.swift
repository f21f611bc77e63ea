/// Which process this is, for those who keep threads: a child that is made by fork has the memory of its parent, but of its threads
/// only the one that forked.
public enum ProcessIdentity {
  /// That of the process which first used threads here.
  private static let first = getpid()

  /// Whether this process was forked from one that has used threads here.
  public static var isForkedChild: Bool { getpid() != first }
}
