import U2NetPlatform

#if canImport(Glibc)
  import U2NetCMalloc
#endif

/// Some work needs more memory than there is. What cannot be done in less says so before it begins: where memory is lacking
/// in the middle of it, the program stops.
public struct MemoryShortage: Error, Equatable, Sendable, CustomStringConvertible {
  /// "a pass of the lite network at 2048×2048 pixels"
  public let work: String
  /// Bytes that the work takes, that the process may take in all, and that it may still take.
  public let needed, limit, available: Int
  /// What takes less, as an order: "choose a smaller input size".
  public let advice: String

  public init(
    _ work: String, needed: Int, limit: Int = ResourceLimits.current.memory,
    available: Int = ResourceLimits.availableMemory, advice: String
  ) {
    (self.work, self.needed, self.limit, self.available, self.advice) = (work, needed, limit, available, advice)
  }

  public var description: String {
    "not enough memory: \(work) takes \(needed >> 20) MB, and of the \(limit >> 20) MB that this process may use"
      + " \(max(0, available) >> 20) MB are left; \(advice)"
  }
}

extension ResourceLimits {
  /// Bytes that this process may still take: the least that one of its limits leaves of what it has taken so far, and where
  /// addresses are limited (`ulimit -v`), of what threads that are still to come take for their stacks. Below zero if there is
  /// nothing left.
  public static var availableMemory: Int {
    guard let use = AddressSpace.use else { return current.memory }
    return left(
      memory: current.memory, resident: use.resident, addresses: AddressSpace.softLimit(RLIMIT_AS), mapped: use.mapped,
      data: AddressSpace.softLimit(RLIMIT_DATA), private: use.private,
      stacks: AddressSpace.stacks(ofThreads: current.cores))
  }

  /// - Parameters:
  ///   - memory, resident: what the process may have in memory, and has.
  ///   - addresses, mapped: what it may map, and has mapped.
  ///   - data, private: what it may map for itself, and has.
  ///   - stacks: of threads to come.
  static func left(
    memory: Int, resident: Int, addresses: Int?, mapped: Int, data: Int?, private: Int, stacks: Int
  ) -> Int {
    var left = memory - resident
    if let addresses { left = min(left, addresses - mapped - stacks) }
    if let data { left = min(left, data - `private` - stacks) }
    return left
  }

  /// Where addresses are few, threads share one heap: one of their own takes 64 MB of addresses each. To be called before there
  /// are threads.
  public static func saveAddresses() {
    #if canImport(Glibc)
      if AddressSpace.isShort { _ = mallopt(M_ARENA_MAX, 1) }
    #endif
  }
<<<<<<< HEAD
=======

  /// Of a thread for each core and one that waits; more cores than this are seldom busy at once.
  private static var stacks: Int {
    min(softLimit(RLIMIT_STACK) ?? 2 << 20, 8 << 20) * (min(current.cores, 16) + 1)
  }

  #if canImport(Glibc)
    typealias Resource = __rlimit_resource
  #else
    typealias Resource = Int32
  #endif

  /// nil: there is none.
  static func softLimit(_ resource: Resource) -> Int? {
    var limit = rlimit()
    #if canImport(Glibc)
      let status = getrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    #else
      let status = getrlimit(resource, &limit)
    #endif
    return status == 0 ? Int(exactly: limit.rlim_cur) : nil
  }
}

/// /proc/self/statm: how much memory the process has taken.
private enum StatusFile {
  /// Bytes; none where there is no such file.
  static var sizes: [Int] {
    let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 256)
    let count = read(descriptor, &text, text.count)
    guard count > 0 else { return [] }
    let page = sysconf(Int32(_SC_PAGESIZE))
    return String(decoding: text[..<count], as: UTF8.self).split(whereSeparator: \.isWhitespace)
      .compactMap { Int($0) }.map { $0 * page }
  }
>>>>>>> mem
}
