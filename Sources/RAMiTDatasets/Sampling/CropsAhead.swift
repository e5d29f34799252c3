import Foundation
import RAMiTImaging
import Synchronization

/// Memory for crops of coming samples, within a limit. The stages of a training share one.
public final class CropMemory: Sendable {
  package let limit: Int
  private let used = Mutex(0)

  /// - Parameter bytes: the most memory that the crops take.
  public init(bytes: Int) { limit = bytes }

  /// The memory in use.
  public var bytes: Int { used.withLock { $0 } }

  /// - Returns: false when so many bytes are not left; then none are taken.
  func take(_ bytes: Int) -> Bool {
    used.withLock { used in
      guard bytes <= limit - used else { return false }
      used += bytes
      return true
    }
  }

  func give(_ bytes: Int) { used.withLock { $0 -= bytes } }
}

/// Crops that were taken before their turn: a photo is decoded once for all samples of a stretch of the order.
///
/// What a crop shows depends on its sample alone, so it cannot matter when and by which thread it is taken.
// @unchecked: everything that changes is reached under the condition's lock.
final class CropsAhead: @unchecked Sendable {
  private enum Crop {
    /// A thread is taking it.
    case promised
    case ready(StoredCrop)
  }

  private let memory: CropMemory
  private let condition = NSCondition()
  private var crops: [Int: Crop] = [:]
  /// The samples before this position have their crops, or are not followed: they come before the first one that was
  /// asked for. Some threads are ahead of others: `left` are the samples behind that have theirs. A crop that is taken
  /// for such a sample would wait for ever.
  private var first: Int?
  private var left: Set<Int> = []
  /// Nil before the first crop, which tells the size of all.
  private var slots: CropSlots?

  /// Threads are no further apart where samples are asked for in order.
  private static let mostLeft = 1 << 16
  /// A stretch is so long at most; looking through it for the samples of a photo takes a millisecond.
  private static let longestStretch = 1 << 17

  init(_ memory: CropMemory) { self.memory = memory }

  deinit { slots?.deallocate() }

  /// The crop of the sample in this position, whose memory is free again.
  /// - Parameters:
  ///   - source: what its pair is opened from.
  ///   - alike: which positions of a range have samples of the same source, in order.
  ///   - take: the crops of these positions, which is asked for the first alone where they cannot all be taken.
  func crop(
    at position: Int, source: Int, alike: (Range<Int>) -> [Int], take: ([Int]) throws -> [ImagePair]
  ) throws -> ImagePair {
    if let stored = waitForPromised(position) {
      let pair = stored.pair
      condition.withLock { slots!.give(stored.slot) }
      return pair
    }
    let later = promise(alike(rest(of: position, source)))
    defer { condition.withLock { condition.broadcast() } }
    do {
      let pairs = try take([position] + later.map(\.position))
      keep(pairs.dropFirst(), in: later)
      condition.withLock {
        leave(position)
        slots = slots ?? CropSlots(size: StoredCrop.size(pairs[0]), in: memory)
      }
      return pairs[0]
    } catch {
      withdraw(later)
      defer { condition.withLock { leave(position) } }
      guard !later.isEmpty else { throw error }
      return try take([position])[0]
    }
  }

  /// The crop that was taken before, or is being taken; nil when there is none, which makes it this thread's task.
  private func waitForPromised(_ position: Int) -> StoredCrop? {
    condition.withLock {
      while true {
        switch crops[position] {
        case .ready(let crop)?:
          leave(position)
          return crop
        case .promised?: condition.wait()
        case nil:
          crops[position] = .promised
          first = first ?? position
          return nil
        }
      }
    }
  }

  /// A position's sample has its crop. Called under the lock.
  private func leave(_ position: Int) {
    crops[position] = nil
    guard var next = first, position >= next else { return }
    left.insert(position)
    if left.count > Self.mostLeft {
      next = left.max()! + 1
      left = []
    }
    while left.remove(next) != nil { next += 1 }
    first = next
  }

  /// The later positions of the stretch in which a source is decoded once.
  ///
  /// Stretches of one length follow one another. Each source has a beginning of its own for them: were it the same for
  /// all, the memory would be full and empty in turns, and stretches half as long.
  private func rest(of position: Int, _ source: Int) -> Range<Int> {
    guard let size = condition.withLock({ slots?.size }) else { return position..<position }
    // On average half of a stretch's crops are waiting. Their number varies by some hundredths.
    let length = min(Int(1.9 * Double(memory.limit) / Double(size)), Self.longestStretch)
    guard length > 1 else { return position..<position }
    // Multiples of the golden ratio spread evenly, however many there are.
    let share = (UInt64(truncatingIfNeeded: source) &* 0x9e37_79b9_7f4a_7c15) >> 32
    let shift = Int((share * UInt64(length)) >> 32)
    return position + 1..<position + length - (position + shift) % length
  }

  private typealias Promise = (position: Int, slot: UnsafeMutableRawPointer)

  /// Promises the crops of these positions as far as the memory reaches, the next ones first.
  private func promise(_ positions: [Int]) -> [Promise] {
    condition.withLock {
      var promised: [Promise] = []
      for position in positions where isOpen(position) {
        guard let slot = slots?.take() else { break }
        crops[position] = .promised
        promised.append((position, slot))
      }
      return promised
    }
  }

  private func isOpen(_ position: Int) -> Bool {
    crops[position] == nil && position >= (first ?? 0) && !left.contains(position)
  }

  private func withdraw(_ promises: [Promise]) {
    condition.withLock {
      for (position, slot) in promises {
        crops[position] = nil
        slots?.give(slot)
      }
    }
  }

  /// Crops that are larger than the first one, of another depth, are taken when it is their turn.
  private func keep(_ pairs: some Sequence<ImagePair>, in promises: [Promise]) {
    let size = condition.withLock { slots?.size ?? 0 }
    let stored = zip(pairs, promises).map { pair, promise in
      StoredCrop.size(pair) <= size ? StoredCrop(pair, in: promise.slot) : nil
    }
    condition.withLock {
      for (crop, promise) in zip(stored, promises) {
        crops[promise.position] = crop.map { .ready($0) }
        if crop == nil { slots?.give(promise.slot) }
      }
    }
  }
}
