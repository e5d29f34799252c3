/// The free parts of a range of addresses. A part that is given back joins its free neighbours, so that it serves any
/// later request that fits.
///
/// Best fit keeps large extents whole for large requests. A few hundred extents at most are free at one time: they lie
/// in an array, in the order of their addresses.
struct Extents {
  private var free: [Range<Int>] = []
  /// What lies beyond has never been in use.
  private(set) var end = 0
  let capacity: Int

  init(capacity: Int) { self.capacity = capacity }

  /// The free extents below `end`.
  var idle: [Range<Int>] { free }

  /// The start of `count` free places: the smallest free extent that holds them, or new ones at the end. Nil when there
  /// is no room.
  mutating func take(_ count: Int) -> Int? {
    var best: Int?
    for (index, extent) in free.enumerated() where extent.count >= count {
      if best == nil || extent.count < free[best!].count { best = index }
    }
    if let best {
      let start = free[best].lowerBound
      if free[best].count == count {
        free.remove(at: best)
      } else {
        free[best] = start + count..<free[best].upperBound
      }
      return start
    }
    // A free extent that touches the end grows.
    let start = free.last?.upperBound == end ? free.last!.lowerBound : end
    guard count <= capacity - start else { return nil }
    if start < end { free.removeLast() }
    end = start + count
    return start
  }

  /// - Precondition: the places were taken.
  mutating func giveBack(_ extent: Range<Int>) {
    var joined = extent
    let next = free.firstIndex { $0.lowerBound >= extent.upperBound } ?? free.count
    var replaced = next..<next
    if next < free.count, free[next].lowerBound == extent.upperBound {
      joined = joined.lowerBound..<free[next].upperBound
      replaced = next..<next + 1
    }
    if next > 0, free[next - 1].upperBound == extent.lowerBound {
      joined = free[next - 1].lowerBound..<joined.upperBound
      replaced = next - 1..<replaced.upperBound
    }
    free.replaceSubrange(replaced, with: [joined])
  }
}
