import Foundation
import Synchronization

/// Keeps freed memory for the next tensor of about its size.
///
/// A training step asks for the same sizes every time, and fresh pages cost more than arithmetic (each is zeroed by the
/// kernel on first touch), so blocks are reused. What lies idle is bounded: see `idleLimit`.
public final class StoragePool: Sendable {
  public static let shared = StoragePool()

  // @unchecked: a block is owned by one storage or by the pool, and handed over under the lock.
  struct Block: @unchecked Sendable {
    let address: UnsafeMutableRawPointer
    let bytes: Int
  }

  fileprivate struct State {
    var idle: [Int: [Block]] = [:]
    var sizes: [Int] = []  // the keys of `idle`, ascending
    var idleBytes = 0
    var usedBytes = 0
    var peakBytes = 0
  }
  private let state = Mutex(State())

  /// Blocks are rounded up to whole cache lines, large ones to whole pages, so that near sizes can share.
  private static let line = 64
  private static let page = 4096
  /// From here on the kernel is asked for huge pages: fewer faults and fewer TLB misses.
  private static let hugePage = 1 << 21
  /// MADV_HUGEPAGE, which the system's module does not show.
  private static let hugePageAdvice: Int32 = 14
  /// A block may serve a request of at least this share of its size.
  private static let fit = 0.75
  /// Idle memory is given back when a fresh block is needed and more than this lies idle.
  private static func idleLimit(used: Int) -> Int { max(64 << 20, used / 4) }

  /// Bytes that tensors hold now.
  public var usedBytes: Int { state.withLock { $0.usedBytes } }
  /// The most bytes that were held or kept at one time.
  public var peakBytes: Int { state.withLock { $0.peakBytes } }

  func allocate(bytes requested: Int) -> Block {
    let unit = requested >= Self.hugePage ? Self.page : Self.line
    let bytes = max(unit, (requested + unit - 1) / unit * unit)
    let (reused, surplus) = state.withLock { state -> (Block?, [Block]) in
      defer { state.peakBytes = max(state.peakBytes, state.usedBytes + state.idleBytes) }
      if let block = state.takeIdle(atLeast: bytes, atMost: Int(Double(bytes) / Self.fit)) {
        state.usedBytes += block.bytes
        return (block, [])
      }
      state.usedBytes += bytes
      return (nil, state.trim(to: Self.idleLimit(used: state.usedBytes)))
    }
    for block in surplus { free(block.address) }
    return reused ?? Self.fresh(bytes: bytes)
  }

  func release(_ block: Block) {
    state.withLock { state in
      state.usedBytes -= block.bytes
      state.keep(block)
    }
  }

  /// Gives all idle memory back to the system.
  public func trim() {
    for block in state.withLock({ $0.trim(to: 0) }) { free(block.address) }
  }

  private static func fresh(bytes: Int) -> Block {
    var address: UnsafeMutableRawPointer?
    let isHuge = bytes >= 2 * hugePage
    let status = posix_memalign(&address, isHuge ? hugePage : line, bytes)
    guard status == 0, let address else { fatalError("out of memory: \(bytes) bytes could not be had") }
    if isHuge { madvise(address, bytes, hugePageAdvice) }
    return Block(address: address, bytes: bytes)
  }
}

extension StoragePool.State {
  fileprivate mutating func takeIdle(atLeast bytes: Int, atMost limit: Int) -> StoragePool.Block? {
    guard let place = sizes.firstIndex(where: { $0 >= bytes }), sizes[place] <= limit else { return nil }
    let size = sizes[place]
    let block = idle[size]!.removeLast()
    if idle[size]!.isEmpty {
      idle[size] = nil
      sizes.remove(at: place)
    }
    idleBytes -= size
    return block
  }

  fileprivate mutating func keep(_ block: StoragePool.Block) {
    if idle[block.bytes] == nil {
      sizes.insert(block.bytes, at: sizes.firstIndex { $0 > block.bytes } ?? sizes.endIndex)
    }
    idle[block.bytes, default: []].append(block)
    idleBytes += block.bytes
  }

  /// Removes idle blocks, largest first, until at most `limit` bytes are idle.
  fileprivate mutating func trim(to limit: Int) -> [StoragePool.Block] {
    var removed: [StoragePool.Block] = []
    while idleBytes > limit, let size = sizes.last, let block = takeIdle(atLeast: size, atMost: size) {
      removed.append(block)
    }
    return removed
  }
}
