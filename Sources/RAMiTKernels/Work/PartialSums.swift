import RAMiTParallel

/// Sums that several threads add to: the work is cut into a fixed number of groups, each with sums of its own, which
/// are then added in order. So the result does not depend on the number of threads.
package struct PartialSums {
  /// Enough for the cores of a large machine, few enough that adding them up costs nothing.
  package static let groups = 32

  let pointer: UnsafeMutablePointer<Float>
  let count: Int

  /// - Parameter pointer: `groups * count` floats; overwritten.
  package init(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
    self.pointer = pointer
    self.count = count
  }

  /// Calls `body` for every piece of work in parallel, with the sums of the piece's group to add to: a group's pieces
  /// run one after the other, in order. Then the sums of all pieces are in the first group's place.
  func forEachPiece(
    _ pieces: Int, _ body: (_ piece: Int, _ worker: Int, _ sums: UnsafeMutablePointer<Float>) -> Void
  ) {
    let perGroup = max(1, (pieces + Self.groups - 1) / Self.groups)
    let groups = max(1, (pieces + perGroup - 1) / perGroup)
    parallelFor(groups) { group, worker in
      let sums = pointer + group * count
      sums.update(repeating: 0, count: count)
      for piece in group * perGroup..<min(pieces, (group + 1) * perGroup) { body(piece, worker, sums) }
    }
    addParts(pointer, parts: groups, count: count)
  }
}

/// sums [count] += the other parts of `sums` [parts x count], in order.
func addParts(_ sums: UnsafeMutablePointer<Float>, parts: Int, count: Int) {
  forEachRange(of: count, grain: 4096) { range in
    for part in 1..<max(1, parts) {
      let addend = sums + part * count
      for i in range { sums[i] += addend[i] }
    }
  }
}
