import U2NetFiles
import Foundation
import Testing

import U2NetMachine

/// Limits from files as the kernel shows them, below a folder of the test's own.
struct ResourceLimitsTests {
  private func limits(
    _ files: [String: String], cores: Int = 64, memory: Int = 256 << 30, processLimit: Int? = nil
  ) throws -> ResourceLimits {
    let root = FileManager.default.temporaryDirectory.appending(path: "limits-\(UUID())")
    defer { try? FileManager.default.removeItem(at: root) }
    for (name, text) in files {
      let file = root.appending(path: name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    return ResourceLimits(root: FilePath(root.path), hostCores: cores, hostMemory: memory, processLimit: processLimit)
  }

  private let unified = "31 23 0:28 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
  private let separate = """
    31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
    32 31 0:29 /docker/abc /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
    35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory

    """

  @Test func withoutGroupsTheMachineIsThere() throws {
    let limits = try limits([:], cores: 3, memory: 1 << 30)
    #expect(limits.cores == 3 && limits.memory == 1 << 30)
  }

  @Test func aContainerOfVersion2() throws {
    let limits = try limits([
      "proc/self/cgroup": "0::/\n", "proc/self/mountinfo": unified, "sys/fs/cgroup/memory.max": "2147483648\n",
      "sys/fs/cgroup/cpu.max": "150000 100000\n",
    ])
    #expect(limits.memory == 2 << 30 && limits.cores == 2)
  }

  @Test func groupsAboveHoldToo() throws {
    let limits = try limits([
      "proc/self/cgroup": "0::/system.slice/run-1.service\n", "proc/self/mountinfo": unified,
      "sys/fs/cgroup/system.slice/memory.max": "1073741824\n",
      "sys/fs/cgroup/system.slice/run-1.service/memory.max": "max\n",
      "sys/fs/cgroup/system.slice/run-1.service/memory.high": "max\n",
      "sys/fs/cgroup/system.slice/cpu.max": "max 100000\n",
      "sys/fs/cgroup/system.slice/run-1.service/cpu.max": "400000 100000\n",
    ])
    #expect(limits.memory == 1 << 30 && limits.cores == 4)
  }

  /// The path is the host's, what is mounted is the container's part.
  @Test func aContainerOfVersion1() throws {
    let files = [
      "proc/self/cgroup": "5:memory:/docker/abc/job\n2:cpu,cpuacct:/docker/abc\n1:name=systemd:/\n",
      "proc/self/mountinfo": separate,
      "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
      "sys/fs/cgroup/memory/job/memory.limit_in_bytes": "536870912\n",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000\n",
      "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    ]
    let narrow = try limits(files)
    #expect(narrow.memory == 512 << 20 && narrow.cores == 1)
    var free = files
    free["sys/fs/cgroup/memory/job/memory.limit_in_bytes"] = "9223372036854771712\n"
    free["sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us"] = "-1\n"
    let wide = try limits(free)
    #expect(wide.memory == 256 << 30 && wide.cores == 64)
  }

  @Test func aGroupThatCannotBeSeen() throws {
    let limits = try limits([
      "proc/self/cgroup": "0::/../../elsewhere\n", "proc/self/mountinfo": unified,
      "sys/fs/cgroup/memory.max": "1048576\n",
    ])
    #expect(limits.memory == 1 << 20)
  }

  @Test func processorsOfTheSchedulerAndUlimit() throws {
    let limits = try limits(
      ["proc/self/status": "Name:\tu2net\nCpus_allowed:\tf0f\nCpus_allowed_list:\t0-3,8,10-11\n"],
      processLimit: 700 << 20)
    #expect(limits.cores == 7 && limits.memory == 700 << 20)
  }

  @Test func nonsenseIsNoLimit() throws {
    let limits = try limits([
      "proc/self/cgroup": "0::/\nnonsense\n", "proc/self/mountinfo": unified + "1 2 3\n",
      "sys/fs/cgroup/memory.max": "much", "sys/fs/cgroup/cpu.max": "0 0\n",
      "proc/self/status": "Cpus_allowed_list:\t5-2,99999999999999999999\n",
    ])
    #expect(limits == (try self.limits([:])))
  }
}
