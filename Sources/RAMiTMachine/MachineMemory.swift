import Foundation

/// The memory that this process may use, in bytes: what the machine has or, in a container, its share.
///
/// Limits come from Linux's control groups (versions 1 and 2, every group that the process is in and every group around
/// it) and from the process's resource limits. A limit that the system does not tell is no limit.
package struct MachineMemory: Sendable {
  private let system: SystemFiles

  /// - Parameter root: the folder that holds `proc` and `sys`; another one than `/` is for tests.
  package init(root: String = "/") {
    system = SystemFiles(root: root)
  }

  /// The most that the process can ever have.
  package var total: Int {
    let machine = system.kibibytes(after: "MemTotal:", in: "proc/meminfo") ?? Self.physical
    return ([machine] + groups.compactMap(\.limit) + resources.map(\.limit)).min()!
  }

  /// What is free now, with the caches of files that the system would give up; all of it where the system does not
  /// tell.
  package var free: Int {
    let total = total
    let left = groups.compactMap(\.free) + resources.map { $0.limit - $0.used }
    return max(0, ([availableOnMachine ?? total, total] + left).min()!)
  }

  private static var physical: Int { Int(clamping: ProcessInfo.processInfo.physicalMemory) }

  private var availableOnMachine: Int? {
    let meminfo = "proc/meminfo"
    if let available = system.kibibytes(after: "MemAvailable:", in: meminfo) { return available }
    // Kernels before 3.14 do not add it up.
    guard let free = system.kibibytes(after: "MemFree:", in: meminfo) else { return nil }
    let files = ["Buffers:", "Cached:"].compactMap { system.kibibytes(after: $0, in: meminfo) }
    return files.reduce(free, +)
  }

  private var groups: [ControlGroup] { ControlGroup.all(of: system) }

  /// Resource limits (getrlimit(2)) and what counts against them: all addresses, and private memory.
  ///
  /// A limit above the machine's memory does not bind before the machine does, and addresses that are only reserved
  /// would seem to be in use.
  private var resources: [(limit: Int, used: Int)] {
    let machine = system.kibibytes(after: "MemTotal:", in: "proc/meminfo") ?? Self.physical
    return [("Max address space", "VmSize:"), ("Max data size", "VmData:")].compactMap { name, use in
      guard let limit = system.number(after: name, in: "proc/self/limits"), limit < machine else { return nil }
      return (limit, system.kibibytes(after: use, in: "proc/self/status") ?? 0)
    }
  }
}
