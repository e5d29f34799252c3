/// Freed blocks that wait for a request of about their size.
struct SmallBlocks {
  private var idle: [Int: [StorageBlock]] = [:]
  /// The keys of `idle`, ascending.
  private var sizes: [Int] = []
  private(set) var idleBytes = 0
  private(set) var usedBytes = 0

  /// A block may serve a request of at least this share of its size.
  private static let fit = 0.75
  /// Blocks are given back when a fresh one is needed and more than this lies idle.
  private static let idleLimit = 64 << 20

  /// A waiting block, or nil and the blocks to free before a fresh one is made.
  mutating func take(_ bytes: Int) -> (reused: StorageBlock?, surplus: [StorageBlock]) {
    if var block = takeIdle(atLeast: bytes, atMost: Int(Double(bytes) / Self.fit)) {
      usedBytes += block.bytes
      block.used = bytes
      return (block, [])
    }
    usedBytes += bytes
    return (nil, trim(to: Self.idleLimit))
  }

  mutating func store(_ block: StorageBlock) {
    if idle[block.bytes] == nil {
      sizes.insert(block.bytes, at: sizes.firstIndex { $0 > block.bytes } ?? sizes.endIndex)
    }
    idle[block.bytes, default: []].append(block)
    idleBytes += block.bytes
    usedBytes -= block.bytes
  }

  /// Removes idle blocks, largest first, until at most `limit` bytes are idle.
  mutating func trim(to limit: Int) -> [StorageBlock] {
    var removed: [StorageBlock] = []
    while idleBytes > limit, let size = sizes.last, let block = takeIdle(atLeast: size, atMost: size) {
      removed.append(block)
    }
    return removed
  }

  private mutating func takeIdle(atLeast bytes: Int, atMost limit: Int) -> StorageBlock? {
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
}
