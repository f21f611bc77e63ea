#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The owner of memory that the system can read again because it is a file's, mapped and never written to. (An executable's
/// constants are not sure to be: what unpacks itself has them in plain memory.)
public protocol RereadableMemory: AnyObject {}

extension Tensor {
  /// Gives the pages that lie wholly in the tensor back to the system, if it can read them again when they are touched: for
  /// weights that are kept in another form from now on.
  package func dropPages() {
    guard owner is RereadableMemory else { return }
    withUnsafeBufferPointer { values in
      let page = UInt(sysconf(Int32(_SC_PAGESIZE)))
      let start = UInt(bitPattern: values.baseAddress!), end = start + UInt(values.count * MemoryLayout<Float>.size)
      let first = (start + page - 1) / page * page, last = end / page * page
      if first < last { madvise(UnsafeMutableRawPointer(bitPattern: first), Int(last - first), MADV_DONTNEED) }
    }
  }
}
