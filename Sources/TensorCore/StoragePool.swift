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
    var mostUsedBytes = 0
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
        state.use(block.bytes)
        return (block, [])
      }
      state.use(bytes)
      return (nil, state.trim(to: state.idleLimit))
    }
    for block in surplus { Self.discard(block) }
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
    for block in state.withLock({ $0.trim(to: 0) }) { Self.discard(block) }
  }

  private static func fresh(bytes: Int) -> Block {
    let address = isMapped(bytes) ? mapped(bytes: bytes) : aligned_alloc(line, bytes)
    guard let address else { fatalError("out of memory: \(bytes) bytes could not be had") }
    return Block(address: address, bytes: bytes)
  }

  private static func discard(_ block: Block) {
    if isMapped(block.bytes) { munmap(block.address, block.bytes) } else { free(block.address) }
  }

  /// Large blocks are pages of their own, which go back to the system for certain; the allocator would keep some.
  private static func isMapped(_ bytes: Int) -> Bool { bytes >= 2 * hugePage }

  /// Fresh pages from a multiple of the huge page's size on.
  private static func mapped(bytes: Int) -> UnsafeMutableRawPointer? {
    let reach = mmap(nil, bytes + hugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let reach, reach != MAP_FAILED else { return nil }
    let head = (hugePage - Int(bitPattern: reach) % hugePage) % hugePage
    if head > 0 { munmap(reach, head) }
    munmap(reach + (head + bytes), hugePage - head)
    madvise(reach + head, bytes, hugePageAdvice)
    return reach + head
  }
}

extension StoragePool.State {
  /// What may lie idle when a fresh block is needed: what is in use and what lies idle come to no more than what was once in use.
  fileprivate var idleLimit: Int { mostUsedBytes - usedBytes }

  fileprivate mutating func use(_ bytes: Int) {
    usedBytes += bytes
    mostUsedBytes = max(mostUsedBytes, usedBytes)
  }

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
