internal import U2NetFiles

/// The limits of the Linux control groups that this process is in, of either version: those of its own group and of every
/// group above it hold. Source: the kernel's Documentation/admin-guide, cgroup-v1 and cgroup-v2.
struct ControlGroups {
  /// Bytes.
  private(set) var memory: Int?
  /// Processors' time per time: 1.5 is one and a half processors.
  private(set) var processors: Double?

  /// - Parameter root: where `/proc` and the mounted hierarchies lie.
  init(root: FilePath) {
    let groups = Self.lines(root.appending("proc/self/cgroup".utf8)).compactMap(Membership.init)
    for mount in Self.lines(root.appending("proc/self/mountinfo".utf8)).compactMap(Mount.init) {
      guard let group = groups.first(where: mount.holds) else { continue }
      for folder in mount.folders(of: group.path) { take(root.appending(folder.utf8), mount) }
    }
  }

  private mutating func take(_ folder: FilePath, _ mount: Mount) {
    func number(_ name: String) -> Int? { Self.words(folder.appending(name.utf8)).first.flatMap { Int($0) } }
    if mount.controllers == nil {
      for name in ["memory.max", "memory.high"] { lower(memory: number(name)) }
      let quota = Self.words(folder.appending("cpu.max".utf8)).map { Double($0) }
      if quota.count == 2 { lower(quota: quota[0], period: quota[1]) }
    } else {
      lower(memory: number("memory.limit_in_bytes"))
      lower(quota: number("cpu.cfs_quota_us").map(Double.init), period: number("cpu.cfs_period_us").map(Double.init))
    }
  }

  private mutating func lower(memory limit: Int?) {
    guard let limit, limit > 0 else { return }
    memory = min(memory ?? .max, limit)
  }

  private mutating func lower(quota: Double?, period: Double?) {
    guard let quota, let period, quota > 0, period > 0 else { return }  // "max", or -1: no limit.
    processors = min(processors ?? .infinity, quota / period)
  }

  private static func lines(_ file: FilePath) -> [Substring] {
    String(decoding: (try? file.contents()) ?? [], as: UTF8.self).split(separator: "\n")
  }

  private static func words(_ file: FilePath) -> [Substring] {
    lines(file).first?.split(separator: " ") ?? []
  }

  /// A line of /proc/self/cgroup: "4:memory:/jobs/17", or "0::/jobs/17" for version 2.
  private struct Membership {
    /// Empty for version 2.
    let controllers: [Substring]
    let path: String

    init?(line: Substring) {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      controllers = fields[1].split(separator: ",")
      path = String(fields[2])
    }
  }

  /// A line of /proc/self/mountinfo of a hierarchy.
  private struct Mount {
    /// Where in the hierarchy the mounted folder is: a container sees only its own part.
    let root: String
    let place: String
    /// nil for version 2.
    let controllers: [Substring]?

    init?(line: Substring) {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count > dash + 3 else { return nil }
      switch fields[dash + 1] {
      case "cgroup2": controllers = nil
      case "cgroup": controllers = fields[dash + 3].split(separator: ",")
      default: return nil
      }
      root = Self.unescaped(fields[3])
      place = Self.unescaped(fields[4])
    }

    /// Blanks are written as \040.
    private static func unescaped(_ field: Substring) -> String {
      var text = String(field)
      for (code, character) in [("\\040", " "), ("\\011", "\t"), ("\\134", "\\")] {
        text.replace(code, with: character)
      }
      return text
    }

    func holds(_ group: Membership) -> Bool {
      guard let controllers else { return group.controllers.isEmpty }
      return group.controllers.contains { controllers.contains($0) }
    }

    /// The folder of a group and those above it, as far as they can be seen.
    func folders(of path: String) -> [String] {
      let above = root == "/" ? "" : root
      // A group that is not below what is mounted cannot be seen; what is mounted holds for it all the same.
      let isBelow = path == above || path.hasPrefix(above + "/")
      var parts = isBelow ? path.dropFirst(above.count).split(separator: "/") : []
      if parts.contains("..") { parts = [] }
      return (0...parts.count).map { ([Substring(place)] + parts.prefix($0)).joined(separator: "/") }
        .map { String($0.drop { $0 == "/" }) }
    }
  }
}
