import Foundation
import RAMiTTestSupport
import Testing

@testable import RAMiTMachine

/// What the system's files tell, in made-up trees of them.
@Suite struct MachineMemoryTests {
  private static let machine = [
    "proc/meminfo": "MemTotal:       16777216 kB\nMemFree:         1048576 kB\nMemAvailable:    8388608 kB\n"
  ]

  /// Builds a tree and reads it.
  private func read(_ files: [String: String], onMachine: Bool = true) throws -> (total: Int, free: Int) {
    try withTemporaryFolder { root in
      for (path, text) in files.merging(onMachine ? Self.machine : [:], uniquingKeysWith: { first, _ in first }) {
        let file = URL(fileURLWithPath: root + "/" + path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
      }
      let memory = MachineMemory(root: root)
      return (memory.total, memory.free)
    }
  }

  private static let unified = "35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
  private static let legacy =
    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
    + "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:4 - cgroup cgroup rw,memory\n"

  @Test func thisMachineHasSome() {
    let memory = MachineMemory()
    #expect(memory.total > 1 << 26)
    #expect(memory.free > 0 && memory.free <= memory.total)
    // Other tests take memory and reset the peak between the two readings: one undisturbed pair is enough.
    let isInOrder = (0..<100).contains { _ in
      let resident = ProcessMemory.resident
      return resident > 0 && ProcessMemory.peak >= resident
    }
    #expect(isInOrder)
  }

  @Test func withoutGroupsTheMachineCounts() throws {
    #expect(try read([:]) == (16 << 30, 8 << 30))
    let old = ["proc/meminfo": "MemTotal: 4096 kB\nMemFree: 1024 kB\nBuffers: 100 kB\nCached: 900 kB\n"]
    #expect(try read(old) == (4 << 20, 2024 << 10))
    // No system that tells: all that the machine has.
    let silent = try read([:], onMachine: false)
    #expect(silent.total > 0 && silent.free == silent.total)
  }

  @Test func unifiedGroup() throws {
    let group = "sys/fs/cgroup/user.slice/job"
    var files = [
      "proc/self/mountinfo": Self.unified, "proc/self/cgroup": "0::/user.slice/job\n", group + "/memory.max": "max\n",
      group + "/memory.high": "max\n", group + "/memory.current": "1073741824\n",
    ]
    #expect(try read(files) == (16 << 30, 8 << 30))
    files[group + "/memory.max"] = "\(3 << 30)\n"
    #expect(try read(files) == (3 << 30, 2 << 30))
    // Files that were read and are not in use count as free.
    files[group + "/memory.stat"] = "anon 5\nactive_file 7\ninactive_file \(512 << 20)\n"
    #expect(try read(files) == (3 << 30, 5 << 29))
    files[group + "/memory.high"] = "\(2 << 30)\n"
    #expect(try read(files) == (2 << 30, 3 << 29))
    // More in use than allowed.
    files[group + "/memory.current"] = "\(9 << 30)\n"
    #expect(try read(files) == (2 << 30, 0))
  }

  /// The group's own limit is generous; one around it is not, and others use its memory too.
  @Test func unifiedGroupsAround() throws {
    let top = "sys/fs/cgroup"
    var files = [
      "proc/self/mountinfo": Self.unified, "proc/self/cgroup": "0::/a/b/c\n",
      top + "/a/b/c/memory.max": "\(6 << 30)\n", top + "/a/b/c/memory.current": "\(1 << 30)\n",
      top + "/a/b/memory.max": "max\n", top + "/a/b/memory.current": "\(3 << 30)\n",
      top + "/a/memory.max": "\(7 << 30)\n", top + "/a/memory.current": "\(4 << 30)\n",
    ]
    #expect(try read(files) == (6 << 30, 3 << 30))
    // A container sees its own group as the root.
    files[top + "/memory.max"] = "\(2 << 30)\n"
    files[top + "/memory.current"] = "\(1 << 30)\n"
    #expect(try read(files) == (2 << 30, 1 << 30))
  }

  @Test func legacyGroup() throws {
    let group = "sys/fs/cgroup/memory/jobs/7"
    var files = [
      "proc/self/mountinfo": Self.legacy, "proc/self/cgroup": "5:cpu,cpuacct:/x\n4:memory:/jobs/7\n0::/\n",
      group + "/memory.limit_in_bytes": "9223372036854771712\n", group + "/memory.usage_in_bytes": "\(2 << 30)\n",
    ]
    #expect(try read(files) == (16 << 30, 8 << 30))
    files[group + "/memory.limit_in_bytes"] = "\(5 << 30)\n"
    #expect(try read(files) == (5 << 30, 3 << 30))
    files[group + "/memory.stat"] = "inactive_file 1\ntotal_inactive_file \(1 << 30)\n"
    #expect(try read(files) == (5 << 30, 4 << 30))
    // Memory and swap together are scarcer.
    files[group + "/memory.memsw.limit_in_bytes"] = "\(6 << 30)\n"
    files[group + "/memory.memsw.usage_in_bytes"] = "\(4 << 30)\n"
    #expect(try read(files) == (5 << 30, 3 << 30))
  }

  @Test func legacyGroupsAround() throws {
    let top = "sys/fs/cgroup/memory"
    var files = [
      "proc/self/mountinfo": Self.legacy, "proc/self/cgroup": "4:cpuset,memory:/jobs/7\n",
      top + "/jobs/7/memory.limit_in_bytes": "\(6 << 30)\n", top + "/jobs/7/memory.usage_in_bytes": "\(1 << 30)\n",
      top + "/jobs/memory.limit_in_bytes": "\(300 << 20)\n", top + "/jobs/memory.usage_in_bytes": "\(100 << 20)\n",
      top + "/memory.limit_in_bytes": "9223372036854771712\n",
    ]
    #expect(try read(files) == (300 << 20, 200 << 20))
    // Groups around a container cannot be seen, but their limit is told.
    files[top + "/jobs/7/memory.stat"] = "hierarchical_memory_limit \(200 << 20)\n"
    files[top + "/jobs/7/memory.usage_in_bytes"] = "\(150 << 20)\n"
    #expect(try read(files) == (200 << 20, 50 << 20))
  }

  /// The mount of a container shows its own group, whose path is told as the host sees it; or a path that it does not
  /// show.
  @Test func mountsThatShowAPart() throws {
    for path in ["/docker/4f", "/docker/4f/inner", "/elsewhere", "/../../x"] {
      let folder = path == "/docker/4f/inner" ? "sys/fs/cgroup/memory/inner" : "sys/fs/cgroup/memory"
      let files = [
        "proc/self/mountinfo": "35 31 0:32 /docker/4f /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
        "proc/self/cgroup": "4:memory:\(path)\n", folder + "/memory.limit_in_bytes": "\(1 << 30)\n",
        folder + "/memory.usage_in_bytes": "\(1 << 28)\n",
      ]
      #expect(try read(files) == (1 << 30, 3 << 28), "\(path)")
    }
  }

  /// Both versions at once, mounted at unusual places.
  @Test func hybrid() throws {
    let files = [
      "proc/self/mountinfo": "35 31 0:32 / /mnt/with\\040space/m rw - cgroup cgroup rw,memory\n"
        + "36 31 0:38 / /mnt/unified rw - cgroup2 none rw\n",
      "proc/self/cgroup": "4:memory:/a\n0::/b\n", "mnt/with space/m/a/memory.limit_in_bytes": "\(4 << 30)\n",
      "mnt/with space/m/a/memory.usage_in_bytes": "\(1 << 30)\n", "mnt/unified/b/memory.max": "\(5 << 30)\n",
      "mnt/unified/b/memory.current": "\(3 << 30)\n",
    ]
    #expect(try read(files) == (4 << 30, 2 << 30))
  }

  @Test func resourceLimits() throws {
    func limits(space: String, data: String) -> [String: String] {
      [
        "proc/self/limits": "Limit                     Soft Limit           Hard Limit           Units     \n"
          + "Max data size             \(data)            unlimited            bytes     \n"
          + "Max address space         \(space)            unlimited            bytes     \n",
        "proc/self/status": "VmPeak:\t 999 kB\nVmSize:\t 1048576 kB\nVmData:\t  524288 kB\n",
      ]
    }
    #expect(try read(limits(space: "unlimited", data: "unlimited")) == (16 << 30, 8 << 30))
    #expect(try read(limits(space: "\(2 << 30)", data: "unlimited")) == (2 << 30, 1 << 30))
    #expect(try read(limits(space: "\(2 << 30)", data: "\(1 << 30)")) == (1 << 30, 1 << 29))
    // One above the machine's memory does not bind.
    #expect(try read(limits(space: "\(99 << 30)", data: "unlimited")) == (16 << 30, 8 << 30))
  }

  @Test func damagedFilesAreNoLimits() throws {
    for text in ["", "\n", "x", "-5", "99999999999999999999999", "max", "\u{0}\u{0}"] {
      let files = [
        "proc/self/mountinfo": Self.unified + "\(text)\n- - -\n1 2 3 4 5 - cgroup2\n",
        "proc/self/cgroup": "\(text)\n0::/a\n",
        "sys/fs/cgroup/a/memory.max": text, "sys/fs/cgroup/a/memory.current": text,
      ]
      #expect(try read(files) == (16 << 30, 8 << 30), "\(text)")
    }
  }

  @Test func aBudgetLeavesSomeToOthers() {
    #expect(MemoryBudget().left(free: 1000, resident: 300) == 900)
    #expect(MemoryBudget(limit: 500).left(free: 1000, resident: 300) == 200)
    #expect(MemoryBudget(limit: 5000).left(free: 1000, resident: 300) == 1000)
    #expect(MemoryBudget(limit: 200).left(free: 1000, resident: 300) == 0)
  }

  @Test func sizesAsPeopleWriteThem() {
    for (text, bytes) in [
      ("8 GB", 8_000_000_000), ("1.5GiB", 3 << 29), ("512 MiB", 512 << 20), ("2 TB", 2_000_000_000_000),
      ("1 MB", 1_000_000),
    ] {
      #expect(MemorySize(text)?.bytes == bytes && MemorySize(text)?.description == text)
    }
    for text in ["", "8", "GB", "8 kB", "-1 GB", "nan GB", "inf GB", "1e99 GB", "1 KB", "0 GB", "4 gb"] {
      #expect(MemorySize(text) == nil, "\(text)")
    }
  }
}
