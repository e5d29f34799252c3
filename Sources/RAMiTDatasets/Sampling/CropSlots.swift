import RAMiTImaging

/// A crop's pixels outside of arrays.
struct StoredCrop {
  let slot: UnsafeMutableRawPointer
  let name: String
  let target: ImageHeader
  let input: ImageHeader?

  /// Copies a crop.
  /// - Precondition: the slot has `size` bytes of the crop.
  init(_ pair: ImagePair, in slot: UnsafeMutableRawPointer) {
    (self.slot, name) = (slot, pair.name)
    (target, input) = (ImageHeader(pair.target), pair.input.map { ImageHeader($0) })
    pair.target.copyBytes(to: slot)
    pair.input?.copyBytes(to: slot + Self.start(afterBytes: target.byteCount))
  }

  var pair: ImagePair {
    ImagePair(
      name: name, input: input.map { Image($0, bytes: slot + Self.start(afterBytes: target.byteCount)) },
      target: Image(target, bytes: slot))
  }

  /// The bytes that a crop takes.
  static func size(_ pair: ImagePair) -> Int {
    start(afterBytes: pair.target.byteCount) + start(afterBytes: pair.input?.byteCount ?? 0)
  }

  private static func start(afterBytes count: Int) -> Int { (count + 15) / 16 * 16 }
}

/// Memory for crops of one size, in blocks.
///
/// Crops are many and are freed in another order than they were taken. The system's allocator has holes then, which
/// grow for thousands of samples.
struct CropSlots {
  let size: Int
  private let memory: CropMemory
  private let blockSize: Int
  private var blocks: [UnsafeMutableRawPointer] = []
  private var free: [UnsafeMutableRawPointer] = []
  private var used = 0

  /// - Parameter size: bytes of a crop.
  init(size: Int, in memory: CropMemory) {
    (self.size, self.memory) = (size, memory)
    blockSize = max(1, min(1 << 22, memory.limit / 8) / size) * size
  }

  /// Nil where the memory has no room.
  mutating func take() -> UnsafeMutableRawPointer? {
    if free.isEmpty {
      guard memory.take(blockSize) else { return nil }
      let block = UnsafeMutableRawPointer.allocate(byteCount: blockSize, alignment: 16)
      blocks.append(block)
      free = stride(from: blockSize - size, through: 0, by: -size).map { block + $0 }
    }
    used += 1
    return free.removeLast()
  }

  /// When the last one comes back, as at the end of a stage, the memory is given to others.
  mutating func give(_ slot: UnsafeMutableRawPointer) {
    free.append(slot)
    used -= 1
    if used == 0 { deallocate() }
  }

  mutating func deallocate() {
    for block in blocks { block.deallocate() }
    memory.give(blocks.count * blockSize)
    (blocks, free) = ([], [])
  }
}
