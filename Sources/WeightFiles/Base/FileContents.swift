import U2NetMachine
import U2NetPlatform

/// A file's bytes in memory of its own, aligned to a page.
///
/// Of memory that is used in place the parts can be let go one by one: what only one tensor needs goes with that tensor.
package final class FileContents: @unchecked Sendable {  // Written before anybody else has it.
  let memory: UnsafeMutableRawBufferPointer
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(memory) }

  /// nil if there is no memory for that.
  /// - Parameter count: ≥ 1.
  init?(count: Int) {
    guard count <= ResourceLimits.availableMemory,
      let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0), address != MAP_FAILED
    else { return nil }
    memory = UnsafeMutableRawBufferPointer(start: address, count: count)
  }

  deinit { munmap(memory.baseAddress!, memory.count) }

  /// An owner for what lies in `range`, which is nobody else's: with its last reference these bytes are gone.
  package func part(_ range: Range<Int>) -> AnyObject { Part(contents: self, range: range) }

  private final class Part {
    private let contents: FileContents
    private let range: Range<Int>

    init(contents: FileContents, range: Range<Int>) { (self.contents, self.range) = (contents, range) }

    deinit {
      let page = Int(sysconf(Int32(_SC_PAGESIZE)))
      let first = (range.lowerBound + page - 1) / page * page, last = range.upperBound / page * page
      if first < last { madvise(contents.memory.baseAddress! + first, last - first, MADV_DONTNEED) }
    }
  }
}
