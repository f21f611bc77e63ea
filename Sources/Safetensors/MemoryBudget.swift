import U2NetMachine

/// How much memory reading one file may still allocate, so that a small file cannot ask for a lot.
package final class MemoryBudget {
  private let file: String
  private var remaining = MemoryBudget.most
  /// What of memory the process may still take, but for what comes after reading.
  private var available = ResourceLimits.availableMemory

  private static let most = 1 << 30

  package init(file: String) { self.file = file }

  package func charge(_ bytes: Int) throws(WeightFileError) {
    guard bytes <= remaining else {
      throw WeightFileError(file: file, "expected to need at most 1 GiB of memory, found that it needs more")
    }
    guard bytes <= available else { throw .shortage(file: file, needed: Self.most - remaining + bytes) }
    remaining -= bytes
    available -= bytes
  }
}
