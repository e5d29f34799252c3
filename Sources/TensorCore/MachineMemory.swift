import Foundation

/// The memory of the machine, in bytes.
public enum MachineMemory {
  /// What this process may use at most: the machine's memory or, in a container, its share.
  public static let total: Int = {
    let machine = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    return min(machine, number(in: "/sys/fs/cgroup/memory.max") ?? .max)
  }()

  /// What is free now, with the caches of files that the system would give up; all of it where the system does not tell.
  public static var free: Int {
    let machine = number(in: "/proc/meminfo", after: "MemAvailable:").map { $0 << 10 } ?? total
    // A container's use counts files that it has read.
    let used = number(in: "/sys/fs/cgroup/memory.current") ?? 0
    let files = number(in: "/sys/fs/cgroup/memory.stat", after: "inactive_file") ?? 0
    return max(0, min(machine, total - max(0, used - files)))
  }

  /// The first whole number of a file, or the one that follows a word at the beginning of a line.
  private static func number(in path: String, after word: String = "") -> Int? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix(word) }
    return line?.dropFirst(word.count).split(separator: " ").first.flatMap { Int($0) }
  }
}
