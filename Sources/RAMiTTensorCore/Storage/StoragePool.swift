import Foundation
import Synchronization

/// Reuses freed memory for the next tensor.
///
/// A training step asks for the same sizes every time, and fresh pages cost more than arithmetic (each is zeroed by the
/// kernel on first touch), so memory is reused. Small blocks wait for the next request of about their size; large ones
/// are parts of one range of addresses, where freed parts join their neighbours: the pages that are held stay near the
/// peak use.
package final class StoragePool: Sendable {
  package static let shared = StoragePool()

  private struct State {
    var usedBytes = 0
    var peakBytes = 0
    /// The most bytes in use since `peakGrowth` began to measure.
    var measuredBytes = 0
    var small = SmallBlocks()
    /// Nil where a limit refuses the addresses, until some are reserved.
    var large: LargeBlocks?
    /// Whether `large` is a reservation.
    var isReserved = false

    mutating func count(_ bytes: Int) {
      usedBytes += bytes
      measuredBytes = max(measuredBytes, usedBytes)
      peakBytes = max(peakBytes, small.usedBytes + small.idleBytes + (large?.extents.end ?? 0))
    }

    mutating func endReservation() {
      guard isReserved, let large, large.usedBytes == 0 else { return }
      large.unmap()
      (self.large, isReserved) = (nil, false)
    }
  }
  private let state: Mutex<State>

  private static let line = 64
  /// Blocks of this size and more are large.
  private static let largeSize = 1 << 20

  private init() {
    // Twice the memory: holes take addresses, not pages.
    state = Mutex(State(large: LargeBlocks(bytes: 2 * Int(clamping: ProcessInfo.processInfo.physicalMemory))))
  }

  /// Bytes that tensors hold now.
  package var usedBytes: Int { state.withLock { $0.usedBytes } }
  /// The most bytes that tensors and the pool held at one time.
  package var peakBytes: Int { state.withLock { $0.peakBytes } }

  /// How far the bytes that tensors hold rise while `body` runs. Other threads count as well.
  package func peakGrowth(of body: () throws -> Void) rethrows -> Int {
    let before = state.withLock { state in
      state.measuredBytes = state.usedBytes
      return state.usedBytes
    }
    try body()
    return state.withLock { $0.measuredBytes } - before
  }

  func allocate(bytes requested: Int) -> StorageBlock {
    if requested >= Self.largeSize {
      let block = state.withLock { state in
        let block = state.large?.take(requested)
        if let block { state.count(block.bytes) }
        return block
      }
      if let block { return block }
    }
    let bytes = max(Self.line, (requested + Self.line - 1) / Self.line * Self.line)
    let (reused, surplus) = state.withLock { state in
      defer { state.count(bytes) }
      return state.small.take(bytes)
    }
    for block in surplus { free(block.address) }
    if let reused { return reused }
    guard let address = aligned_alloc(Self.line, bytes) ?? allocateAfterTrim(bytes) else { Self.end(without: bytes) }
    return StorageBlock(address: address, bytes: bytes, used: bytes)
  }

  /// Tries again without what lies idle.
  private func allocateAfterTrim(_ bytes: Int) -> UnsafeMutableRawPointer? {
    trim()
    return aligned_alloc(Self.line, bytes)
  }

  /// Ends the program with a line that says why, and the exit code 1. Files are replaced only when they are whole, so
  /// none is damaged.
  private static func end(without bytes: Int) -> Never {
    let program = CommandLine.arguments.first?.split(separator: "/").last ?? "ramit"
    let line =
      "\(program): memory: expected \(bytes) bytes more for a tensor, found that the system refuses them (a smaller"
      + " image, tile or batch takes less)\n"
    _ = line.utf8.withContiguousStorageIfAvailable { write(2, $0.baseAddress, $0.count) }
    _exit(1)
  }

  func release(_ block: StorageBlock) {
    state.withLock { state in
      state.usedBytes -= block.used
      if state.large?.giveBack(block) != true { state.small.store(block) }
    }
  }

  /// Gives all idle memory back to the system.
  package func trim() {
    let blocks = state.withLock { state in
      state.large?.trim()
      return state.small.trim(to: 0)
    }
    for block in blocks { free(block.address) }
  }

  /// Asks the system for the addresses of coming tensors, where a limit (`ulimit -v`) has refused the addresses of all.
  /// Large tensors then lie in them, until the next reservation or the end of this one. Without such a limit there is
  /// nothing to ask for.
  /// - Parameters:
  ///   - bytes: for tensors.
  ///   - others: for what else is allocated meanwhile; asked for, and given back.
  /// - Returns: whether the system grants both.
  package func reserve(_ bytes: Int, others: Int) -> Bool {
    state.withLock { state in
      state.endReservation()
      if let large = state.large { return !state.isReserved || large.extents.capacity >= bytes }
      for block in state.small.trim(to: 0) { free(block.address) }
      guard let large = LargeBlocks(bytes: bytes) else { return false }
      guard let rest = LargeBlocks(bytes: others) else {
        large.unmap()
        return false
      }
      rest.unmap()
      (state.large, state.isReserved) = (large, true)
      return true
    }
  }

  /// Whether a limit (`ulimit -v`) has refused the addresses of all tensors.
  package var isUnderLimit: Bool { state.withLock { $0.large == nil || $0.isReserved } }

  /// Gives the addresses of a reservation back, unless tensors still lie in them.
  package func endReservation() { state.withLock { $0.endReservation() } }
}
