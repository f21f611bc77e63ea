/// How much memory reading one file may still allocate, so that a small file cannot ask for a lot.
package final class MemoryBudget {
  private let file: String
  private var remaining = 1 << 30

  package init(file: String) { self.file = file }

  package func charge(_ bytes: Int) throws(WeightFileError) {
    guard bytes <= remaining else {
      throw WeightFileError(file: file, "expected to need at most 1 GiB of memory, found that it needs more")
    }
    remaining -= bytes
  }
}
