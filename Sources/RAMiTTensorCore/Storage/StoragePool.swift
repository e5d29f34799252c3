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
    /// The free parts of the range of large blocks, by their distance from its start.
    var large: Extents

    mutating func count(_ bytes: Int) {
      usedBytes += bytes
      measuredBytes = max(measuredBytes, usedBytes)
      peakBytes = max(peakBytes, small.usedBytes + small.idleBytes + large.end)
    }
  }
  private let state: Mutex<State>
  /// The start of the range of large blocks, whose pages exist once they are touched; never changed.
  nonisolated(unsafe) private let range: UnsafeMutableRawPointer?

  private static let line = 64
  private static let page = 4096
  private static let hugePage = 1 << 21
  /// MADV_HUGEPAGE, which the system's module does not show: fewer faults and fewer TLB misses.
  private static let hugePageAdvice: Int32 = 14
  /// Blocks of this size and more are large.
  private static let largeSize = 1 << 20

  private init() {
    // Twice the memory: holes take addresses, not pages.
    let capacity = 2 * Int(clamping: ProcessInfo.processInfo.physicalMemory) / Self.hugePage * Self.hugePage
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    let reach = mmap(nil, capacity + Self.hugePage, PROT_READ | PROT_WRITE, flags, -1, 0)
    if let reach, reach != MAP_FAILED {
      let start = reach + (Self.hugePage - Int(bitPattern: reach) % Self.hugePage) % Self.hugePage
      madvise(start, capacity, Self.hugePageAdvice)
      range = start
    } else {
      range = nil
    }
    state = Mutex(State(large: Extents(capacity: range == nil ? 0 : capacity)))
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
      let bytes = (requested + Self.page - 1) / Self.page * Self.page
      let place = state.withLock { state in
        let place = state.large.take(bytes)
        if place != nil { state.count(bytes) }
        return place
      }
      if let place, let range { return StorageBlock(address: range + place, bytes: bytes, used: bytes) }
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
      if let place = place(of: block, in: state.large) {
        state.large.giveBack(place..<place + block.bytes)
      } else {
        state.small.store(block)
      }
    }
  }

  private func place(of block: StorageBlock, in large: Extents) -> Int? {
    guard let range else { return nil }
    let distance = block.address - range
    return 0..<large.capacity ~= distance ? distance : nil
  }

  /// Gives all idle memory back to the system.
  package func trim() {
    let blocks = state.withLock { state in
      for idle in state.large.idle { madvise(range! + idle.lowerBound, idle.count, MADV_DONTNEED) }
      return state.small.trim(to: 0)
    }
    for block in blocks { free(block.address) }
  }
}
