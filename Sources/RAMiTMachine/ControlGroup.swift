/// The memory of a control group (cgroups(7)) and of all groups in it.
struct ControlGroup: Equatable, Sendable {
  /// The lowest of the group's limits, in bytes; nil without a limit.
  let limit: Int?
  /// The bytes that are left below the limits; nil without a limit.
  let free: Int?

  /// The groups that limit this process, of both versions: its own group, and all parent groups that are visible.
  static func all(of system: SystemFiles) -> [ControlGroup] {
    folders(of: system).map {
      $0.isUnified ? ControlGroup(unified: $0.path, system) : ControlGroup(legacy: $0.path, system)
    }
  }

  /// A group of version 2. Above `memory.max` the system ends the process; above `memory.high` it slows the process
  /// down until it is useless.
  private init(unified path: String, _ system: SystemFiles) {
    let used = system.number(in: path + "/memory.current") ?? 0
    let files = system.number(after: "inactive_file", in: path + "/memory.stat") ?? 0
    self.init(
      ["memory.max", "memory.high"].map { (system.number(in: "\(path)/\($0)"), used) }, reclaimable: files)
  }

  /// A group of version 1, which limits memory, and memory with swap. `hierarchical_memory_limit` includes the limits
  /// of parent groups that are not visible.
  private init(legacy path: String, _ system: SystemFiles) {
    let used = system.number(in: path + "/memory.usage_in_bytes") ?? 0
    let stat = path + "/memory.stat"
    let files = system.number(after: "total_inactive_file", in: stat) ?? 0
    self.init(
      [
        (system.number(in: path + "/memory.limit_in_bytes"), used),
        (system.number(after: "hierarchical_memory_limit", in: stat), used),
        (
          system.number(in: path + "/memory.memsw.limit_in_bytes"),
          system.number(in: path + "/memory.memsw.usage_in_bytes") ?? used
        ),
      ], reclaimable: files)
  }

  /// - Parameter reclaimable: bytes of file caches, which count as used until the system needs their memory.
  private init(_ limits: [(limit: Int?, used: Int)], reclaimable: Int) {
    // Version 1 writes the largest number of whole pages where there is no limit.
    let limits = limits.compactMap { limit, used in limit.map { (limit: $0, used: used) } }
      .filter { $0.limit < Self.unlimited }
    limit = limits.map(\.limit).min()
    free = limits.map { max(0, $0.limit - max(0, $0.used - reclaimable)) }.min()
  }

  private static let unlimited = 1 << 60

  /// The folders of the process's groups, each followed by its parents up to the mount point.
  private static func folders(of system: SystemFiles) -> [(path: String, isUnified: Bool)] {
    var result: [(path: String, isUnified: Bool)] = []
    for mount in Mount.all(of: system) {
      guard let group = group(of: system, isUnified: mount.isUnified) else { continue }
      var path = mount.folder(of: group)
      result.append((path, mount.isUnified))
      while path.count > mount.point.count, let slash = path.lastIndex(of: "/") {
        path = String(path[..<slash])
        result.append((path, mount.isUnified))
      }
    }
    return result
  }

  /// The path of the process's group in its hierarchy, from lines such as `4:memory:/user/1000` and `0::/user/1000`.
  private static func group(of system: SystemFiles, isUnified: Bool) -> String? {
    for line in system.lines("proc/self/cgroup") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let isIt = isUnified ? fields[1].isEmpty : fields[1].split(separator: ",").contains("memory")
      if isIt { return String(fields[2]) }
    }
    return nil
  }
}

/// The mount point of a hierarchy of control groups.
private struct Mount {
  /// The folder, without a slash at its end.
  let point: String
  /// The group whose folder the mount point is; in a container, the container's own.
  private let root: String
  let isUnified: Bool

  /// The hierarchies that can limit memory, from lines of proc_pid_mountinfo(5):
  /// `35 31 0:32 /root /point rw,relatime - cgroup source rw,memory`.
  static func all(of system: SystemFiles) -> [Mount] {
    system.lines("proc/self/mountinfo").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 5, let dash = fields[5...].firstIndex(of: "-"), dash + 3 < fields.count else { return nil }
      let isUnified = fields[dash + 1] == "cgroup2"
      let isMemory = fields[dash + 1] == "cgroup" && fields[dash + 3].split(separator: ",").contains("memory")
      guard isUnified || isMemory else { return nil }
      return Mount(point: unescaped(fields[4]), root: unescaped(fields[3]), isUnified: isUnified)
    }
  }

  private init(point: String, root: String, isUnified: Bool) {
    self.point = point.hasSuffix("/") ? String(point.dropLast()) : point
    self.root = root.hasSuffix("/") ? String(root.dropLast()) : root
    self.isUnified = isUnified
  }

  /// The folder of a group; the mount point for a group that is not visible below it, as in some containers.
  func folder(of group: String) -> String {
    guard group == root || group.hasPrefix(root + "/"), !group.split(separator: "/").contains("..") else {
      return point
    }
    let below = group.dropFirst(root.count)
    return point + (below == "/" ? "" : below)
  }

  /// Spaces, tabs, line ends and backslashes are written as a backslash and three octal digits.
  private static func unescaped(_ field: Substring) -> String {
    var bytes: [UInt8] = [], rest = Array(field.utf8)[...]
    while let first = rest.popFirst() {
      if first == UInt8(ascii: "\\"), rest.count >= 3,
        let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
      {
        bytes.append(code)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(first)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
