internal import U2NetPlatform

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

  /// See the properties. By default `limit` and `available` are those of the process.
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
  ///   - memory: bytes that the process may have in memory.
  ///   - resident: that it has there.
  ///   - addresses: that it may map; nil: any number.
  ///   - mapped: that it has mapped.
  ///   - data: that it may map for itself; nil: any number.
  ///   - private: that it has mapped for itself.
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
}
