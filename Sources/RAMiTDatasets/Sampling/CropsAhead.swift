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
    case ready(ImagePair)
  }

  private let memory: CropMemory
  private let condition = NSCondition()
  private var crops: [Int: Crop] = [:]
  /// The bytes of a crop; nil before the first one.
  private var cropSize: Int?

  /// A stretch is so long at most; looking through it for the samples of a photo takes a millisecond.
  private static let longestStretch = 1 << 17

  init(_ memory: CropMemory) { self.memory = memory }

  deinit {
    for case .ready(let pair) in crops.values { memory.give(pair.size) }
  }

  /// The crop of the sample in this position, and memory for it is free again.
  /// - Parameters:
  ///   - source: what its pair is opened from.
  ///   - alike: which positions of a range have samples of the same source, in order.
  ///   - take: the crops of these positions, which is asked for the first alone where they cannot all be taken.
  func crop(
    at position: Int, source: Int, alike: (Range<Int>) -> [Int], take: ([Int]) throws -> [ImagePair]
  ) throws -> ImagePair {
    if let pair = waitForPromised(position) { return pair }
    let later = promise(alike(rest(of: position, source)))
    defer { condition.withLock { condition.broadcast() } }
    do {
      let pairs = try take([position] + later)
      keep(pairs.dropFirst(), at: later)
      condition.withLock {
        crops[position] = nil
        cropSize = cropSize ?? pairs[0].size
      }
      return pairs[0]
    } catch {
      withdraw(later)
      defer { condition.withLock { crops[position] = nil } }
      guard !later.isEmpty else { throw error }
      return try take([position])[0]
    }
  }

  /// The crop that was taken before, or is being taken; nil when there is none, which makes it this thread's task.
  private func waitForPromised(_ position: Int) -> ImagePair? {
    condition.withLock {
      while true {
        switch crops[position] {
        case .ready(let pair)?:
          crops[position] = nil
          memory.give(pair.size)
          return pair
        case .promised?: condition.wait()
        case nil:
          crops[position] = .promised
          return nil
        }
      }
    }
  }

  /// The later positions of the stretch in which a source is decoded once.
  ///
  /// Stretches of one length follow one another. Each source has a beginning of its own for them: were it the same for
  /// all, the memory would be full and empty in turns, and stretches half as long.
  private func rest(of position: Int, _ source: Int) -> Range<Int> {
    guard let size = condition.withLock({ cropSize }) else { return position..<position }
    // On average half of a stretch's crops are waiting. Their number varies by some hundredths.
    let length = min(Int(1.9 * Double(memory.limit) / Double(size)), Self.longestStretch)
    guard length > 1 else { return position..<position }
    // Multiples of the golden ratio spread evenly, however many there are.
    let share = (UInt64(truncatingIfNeeded: source) &* 0x9e37_79b9_7f4a_7c15) >> 32
    let shift = Int((share * UInt64(length)) >> 32)
    return position + 1..<position + length - (position + shift) % length
  }

  /// Promises the crops of these positions as far as the memory reaches, the next ones first.
  private func promise(_ positions: [Int]) -> [Int] {
    condition.withLock {
      guard let cropSize else { return [] }
      var promised: [Int] = []
      for position in positions where crops[position] == nil {
        guard memory.take(cropSize) else { break }
        crops[position] = .promised
        promised.append(position)
      }
      return promised
    }
  }

  private func withdraw(_ positions: [Int]) {
    condition.withLock {
      for position in positions {
        crops[position] = nil
        memory.give(cropSize!)
      }
    }
  }

  /// Photos may differ in depth: a crop takes what it is, not what the first one was.
  private func keep(_ pairs: some Sequence<ImagePair>, at positions: [Int]) {
    condition.withLock {
      for (position, pair) in zip(positions, pairs) {
        memory.give(cropSize!)
        crops[position] = memory.take(pair.size) ? .ready(pair) : nil
      }
    }
  }
}

extension ImagePair {
  /// Bytes in memory, with what arrays and the place of a crop take.
  fileprivate var size: Int { 256 + target.byteCount + (input?.byteCount ?? 0) }
}
