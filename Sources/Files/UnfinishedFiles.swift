import Synchronization
import U2NetPlatform

/// The hidden files that have not got their names yet, so that a signal's handler can remove them: it may neither allocate nor
/// wait, so their paths are kept in memory that is always there.
package enum UnfinishedFiles {
  /// Files at the same time, and bytes of a path with the zero at its end; others are not kept. More than any program writes at
  /// once, and what the system takes for a path.
  private static let most = 64, longest = Int(PATH_MAX)

  private static let isEnding = Atomic(false)
  private static let free = 0, changing = 1, kept = 2
  nonisolated(unsafe) private static let states: UnsafeMutablePointer<Atomic<Int>> = {
    let states = UnsafeMutablePointer<Atomic<Int>>.allocate(capacity: most)
    for slot in 0..<most { (states + slot).initialize(to: Atomic(free)) }
    return states
  }()
  nonisolated(unsafe) private static let paths = UnsafeMutablePointer<CChar>.allocate(capacity: most * longest)

  /// Before a handler may call `removeAll`, for it must not be the first to use what is made at its first use.
  package static func prepare() { _ = (states, paths, isEnding.load(ordering: .relaxed)) }

  /// Keeps a path until `forget`.
  /// - Returns: which one it is, nil if there is no room.
  static func keep(_ path: FilePath) -> Int? {
    guard path.bytes.count < longest else { return nil }
    for slot in 0..<most {
      let claim = states[slot].compareExchange(expected: free, desired: changing, ordering: .acquiring)
      guard claim.exchanged else { continue }
      path.withCString { paths.advanced(by: slot * longest).update(from: $0, count: path.bytes.count + 1) }
      states[slot].store(kept, ordering: .sequentiallyConsistent)
      // Nothing more is begun.
      while isEnding.load(ordering: .sequentiallyConsistent) { sleep(1) }
      return slot
    }
    return nil
  }

  static func forget(_ slot: Int) { states[slot].store(free, ordering: .releasing) }

  /// Removes all of them; for a handler of a signal that ends the program, for after it nobody can begin a file any more.
  package static func removeAll() {
    isEnding.store(true, ordering: .sequentiallyConsistent)
    remove()
    // Another thread may have been about to make its file.
    var moment = timespec(tv_sec: 0, tv_nsec: 2_000_000)
    nanosleep(&moment, nil)
    remove()
  }

  private static func remove() {
    for slot in 0..<most where states[slot].load(ordering: .sequentiallyConsistent) == kept {
      unlink(paths + slot * longest)
    }
  }
}
