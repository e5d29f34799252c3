import Foundation

/// A range of addresses whose parts are large blocks. A page of it exists once it is touched.
///
/// - Important: the pool's lock protects it.
struct LargeBlocks {
  private let reach: UnsafeMutableRawPointer
  private let reachBytes: Int
  private let start: UnsafeMutableRawPointer
  /// The parts that are free, by their distance from the start.
  private(set) var extents: Extents
  private(set) var usedBytes = 0

  private static let page = 4096
  private static let hugePage = 1 << 21
  /// MADV_HUGEPAGE, which the system's module does not show: fewer faults and fewer TLB misses.
  private static let hugePageAdvice: Int32 = 14

  /// - Parameter bytes: rounded up to huge pages.
  /// - Returns: nil where the system refuses so many addresses.
  init?(bytes: Int) {
    let capacity = (bytes + Self.hugePage - 1) / Self.hugePage * Self.hugePage
    reachBytes = capacity + Self.hugePage
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    guard let reach = mmap(nil, reachBytes, PROT_READ | PROT_WRITE, flags, -1, 0), reach != MAP_FAILED else {
      return nil
    }
    self.reach = reach
    start = reach + (Self.hugePage - Int(bitPattern: reach) % Self.hugePage) % Self.hugePage
    madvise(start, capacity, Self.hugePageAdvice)
    extents = Extents(capacity: capacity)
  }

  /// Nil where there is no room.
  mutating func take(_ requested: Int) -> StorageBlock? {
    let bytes = (requested + Self.page - 1) / Self.page * Self.page
    guard let place = extents.take(bytes) else { return nil }
    usedBytes += bytes
    return StorageBlock(address: start + place, bytes: bytes, used: bytes)
  }

  /// - Returns: false for a block that is none of these.
  mutating func giveBack(_ block: StorageBlock) -> Bool {
    let place = block.address - start
    guard 0..<extents.capacity ~= place else { return false }
    extents.giveBack(place..<place + block.bytes)
    usedBytes -= block.bytes
    return true
  }

  /// Gives the pages of free parts back to the system; the addresses stay.
  func trim() {
    for idle in extents.idle { madvise(start + idle.lowerBound, idle.count, MADV_DONTNEED) }
  }

  /// Gives the addresses back. Nothing of it may be in use.
  func unmap() { munmap(reach, reachBytes) }
}
