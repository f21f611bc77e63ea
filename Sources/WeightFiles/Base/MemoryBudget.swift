import U2NetMachine

/// How much memory reading one file may still allocate, so that a small file cannot ask for a lot.
package final class MemoryBudget {
  private let file: String
  private var limit: Int
  private var remaining: Int
  /// What of memory the process may still take, but for what comes after reading.
  private var available = ResourceLimits.availableMemory

  /// Never more than this.
  private static let most = 1 << 30
  /// Where it is worth asking anew how much is left.
  private static let considerable = 1 << 20
  /// What reading takes beside the tensors, however few they are.
  private static let base = 32 << 20
  /// Bytes in memory for one in the file. Half floats become floats, eight-bit integers, too, beside their own bytes;
  /// archives of weights shrink a little when they are deflated.
  private static let growth = 16

  /// - Parameter size: the file's, in bytes; nil if it is not known.
  package init(file: String, size: Int? = nil) {
    self.file = file
    limit =
      size.map { $0 < Self.most / Self.growth ? min(Self.most, Self.base + Self.growth * $0) : Self.most } ?? Self.most
    remaining = limit
  }

  /// Lets reading take more for another file of `size` bytes.
  package func allow(_ size: Int) {
    let more = min(Self.most - limit, size < Self.most / Self.growth ? Self.growth * size : Self.most)
    (limit, remaining) = (limit + more, remaining + more)
  }

  package func charge(_ bytes: Int) throws(WeightFileError) {
    guard bytes <= remaining else {
      let most = limit == Self.most ? "1 GiB" : "\(limit >> 20) MiB"
      throw WeightFileError(
        file: file, "expected to need at most \(most) of memory, found that it needs more")
    }
    // What else reading takes, such as the file's own bytes, is seen when it is there.
    if bytes >= Self.considerable { available = min(available, ResourceLimits.availableMemory) }
    guard bytes <= available else { throw .shortage(file: file, needed: limit - remaining + bytes) }
    remaining -= bytes
    available -= bytes
  }
}
