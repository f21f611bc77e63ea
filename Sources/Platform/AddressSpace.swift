/// What the process's own limits (`ulimit -v`, `-d`) say of its addresses. Bytes throughout.
public enum AddressSpace {
  #if canImport(Glibc)
    public typealias Resource = __rlimit_resource
  #else
    public typealias Resource = Int32
  #endif

  /// nil: there is none.
  public static func softLimit(_ resource: Resource) -> Int? {
    var limit = rlimit()
    #if canImport(Glibc)
      let status = getrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    #else
      let status = getrlimit(resource, &limit)
    #endif
    return status == 0 ? Int(exactly: limit.rlim_cur) : nil
  }

  /// Whether addresses or data are limited to less than machines have of memory.
  public static var isShort: Bool {
    [RLIMIT_AS, RLIMIT_DATA].contains { (softLimit($0) ?? .max) < 4 << 30 }
  }

  /// What the process has taken: in memory, of addresses, and of these for itself alone.
  public struct Use: Sendable {
    public let resident, mapped, `private`: Int
  }

  /// From /proc/self/statm; nil where there is no such file.
  public static var use: Use? {
    let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var text = [UInt8](repeating: 0, count: 256)
    let count = read(descriptor, &text, text.count)
    guard count > 0 else { return nil }
    // Source: proc(5). Sizes in pages: of all addresses, of what is in memory, …, of data and stacks.
    let page = sysconf(Int32(_SC_PAGESIZE))
    let sizes = String(decoding: text[..<count], as: UTF8.self).split(whereSeparator: \.isWhitespace)
      .compactMap { Int($0) }.map { $0 * page }
    return sizes.count > 5 ? Use(resident: sizes[1], mapped: sizes[0], private: sizes[5]) : nil
  }

  /// Of the stacks of so many threads that work and one that waits; more than 16 are seldom busy at once.
  public static func stacks(ofThreads count: Int) -> Int {
    min(softLimit(RLIMIT_STACK) ?? 2 << 20, 8 << 20) * (min(count, 16) + 1)
  }

  /// Whether there are addresses for the stacks of so many threads more.
  static func hasRoom(forThreads count: Int) -> Bool {
    guard isShort, let use else { return true }
    let stacks = stacks(ofThreads: count)
    return use.mapped + stacks < softLimit(RLIMIT_AS) ?? .max && use.private + stacks < softLimit(RLIMIT_DATA) ?? .max
  }
}
