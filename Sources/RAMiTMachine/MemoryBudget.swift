/// How much more memory the process may take: what is free on the machine, and what a limit leaves.
package struct MemoryBudget: Sendable {
  /// The most that the process may have in use at once, in bytes; nil for what is free.
  package var limit: Int?

  /// Without a limit, a part of the free memory is left to others.
  package static let shareOfFree = 0.9

  package init(limit: Int? = nil) {
    self.limit = limit
  }

  /// What may still be taken now.
  package var left: Int { left(free: MachineMemory().free, resident: ProcessMemory.resident) }

  /// - Parameters:
  ///   - free: on the machine.
  ///   - resident: what the process has in use.
  func left(free: Int, resident: Int) -> Int {
    guard let limit else { return Int(Double(free) * Self.shareOfFree) }
    return max(0, min(free, limit - resident))
  }
}
