package import U2NetFiles
internal import U2NetPlatform

/// What of the machine this process may use: a container, a job's control group, a mask of processors or `ulimit` may leave
/// it far less than the machine has.
public struct ResourceLimits: Equatable, Sendable {
  /// Processors to work on, at least one: those that the scheduler may use, or the control group's share of time in whole
  /// processors, rounded up.
  public let cores: Int
  /// Bytes: the least of what is built in, the control groups' limits and the process's own.
  public let memory: Int

  /// Of this process, as they were when it was first asked for.
  public static let current = ResourceLimits(
    root: "/", hostCores: sysconf(Int32(_SC_NPROCESSORS_ONLN)),
    hostMemory: sysconf(Int32(_SC_PHYS_PAGES)).multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE)))
      .partialValue,
    processLimit: ownLimit)

  /// - Parameters:
  ///   - root: where `/proc` and the control groups' folders lie.
  ///   - processLimit: bytes that the process may take by `ulimit`, nil: no limit.
  package init(root: FilePath, hostCores: Int, hostMemory: Int, processLimit: Int? = nil) {
    let groups = ControlGroups(root: root)
    var cores = Self.allowedProcessors(root) ?? hostCores
    if let share = groups.processors { cores = min(cores, Int(share.rounded(.up))) }
    self.cores = max(1, cores)
    memory = [hostMemory, groups.memory ?? .max, processLimit ?? .max].min()!
  }

  /// How many processors the scheduler may use, from a list such as "0-3,8".
  private static func allowedProcessors(_ root: FilePath) -> Int? {
    guard let status = try? root.appending("proc/self/status".utf8).contents() else { return nil }
    let key = "Cpus_allowed_list:"
    guard let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first(where: { $0.hasPrefix(key) })
    else { return nil }
    var count = 0
    for part in line.dropFirst(key.count).split(whereSeparator: { ", \t".contains($0) }) {
      let ends = part.split(separator: "-").map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last, last < 1 << 20 else {
        return nil
      }
      count += last - first + 1
    }
    return count > 0 ? count : nil
  }

  /// `ulimit -v` and `ulimit -d`.
  private static var ownLimit: Int? { [RLIMIT_AS, RLIMIT_DATA].compactMap(AddressSpace.softLimit).min() }
}
