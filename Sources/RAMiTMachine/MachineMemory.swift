import Foundation
import RAMiTDiagnostics

/// The memory that this process may use, in bytes: that of the machine or, in a container, of its share.
///
/// Limits come from Linux's control groups (versions 1 and 2, the groups of the process and all their parents) and from
/// the process's resource limits. A limit that cannot be read counts as none.
package struct MachineMemory: Sendable {
  private let system: SystemFiles

  /// - Parameter root: the folder that holds `proc` and `sys`; tests use another than `/`.
  package init(root: String = "/") {
    system = SystemFiles(root: root)
  }

  /// The most that the process can ever use.
  package var total: Int {
    let machine = system.kibibytes(after: "MemTotal:", in: "proc/meminfo") ?? Self.physical
    return ([machine] + groups.compactMap(\.limit) + resources.map(\.limit)).min()!
  }

  /// The memory that is free now, including file caches that the system can reclaim; `total` where the system does not
  /// report it.
  package var free: Int {
    let total = total
    let left = groups.compactMap(\.free) + resources.map { $0.limit - $0.used }
    return max(0, ([availableOnMachine ?? total, total] + left).min()!)
  }

  /// Prepares the process for a limit of the address space (`ulimit -v`), where there is one: its threads share one
  /// heap, and there must be room for them. Without addresses for their stacks the system's queues would try to start
  /// them for ever.
  /// - Throws: `InputError` that says how much is needed.
  package func prepareAddresses(threads: Int) throws(InputError) {
    let limits = "proc/self/limits"
    guard let limit = system.number(after: "Max address space", in: limits),
      let used = system.kibibytes(after: "VmSize:", in: "proc/self/status")
    else { return }
    ProcessMemory.useOneHeap()
    // And the memory that each thread takes first.
    let needed = stacksToCome(threads: threads) + 16 << 20
    guard limit - used < needed else { return }
    throw InputError(
      "the limit of the address space (ulimit -v)", expected: "at least \((used + needed) >> 10) KiB",
      found: "\(limit >> 10)")
  }

  /// The addresses that the stacks of threads will take which have not begun: of those that compute and of two that
  /// read and write.
  package func stacksToCome(threads: Int) -> Int {
    let stack = min(system.number(after: "Max stack size", in: "proc/self/limits") ?? 8 << 20, 64 << 20)
    let running = system.number(after: "Threads:", in: "proc/self/status") ?? 1
    return max(0, threads + 3 - running) * stack
  }

  private static var physical: Int { Int(clamping: ProcessInfo.processInfo.physicalMemory) }

  private var availableOnMachine: Int? {
    let meminfo = "proc/meminfo"
    if let available = system.kibibytes(after: "MemAvailable:", in: meminfo) { return available }
    // Kernels before 3.14 do not report the sum.
    guard let free = system.kibibytes(after: "MemFree:", in: meminfo) else { return nil }
    let files = ["Buffers:", "Cached:"].compactMap { system.kibibytes(after: $0, in: meminfo) }
    return files.reduce(free, +)
  }

  private var groups: [ControlGroup] { ControlGroup.all(of: system) }

  /// Resource limits (getrlimit(2)) of the address space and of private memory, and what counts against them.
  ///
  /// A limit above the machine's memory is left out: the machine limits the process first, and reserved addresses would
  /// count as used.
  private var resources: [(limit: Int, used: Int)] {
    let machine = system.kibibytes(after: "MemTotal:", in: "proc/meminfo") ?? Self.physical
    return [("Max address space", "VmSize:"), ("Max data size", "VmData:")].compactMap { name, use in
      guard let limit = system.number(after: name, in: "proc/self/limits"), limit < machine else { return nil }
      return (limit, system.kibibytes(after: use, in: "proc/self/status") ?? 0)
    }
  }
}
