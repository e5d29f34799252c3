import RAMiTOptimizers
import RAMiTProcessGroup
import RAMiTTensorCore

/// Adds the gradients of all ranks' parts in the fixed tree of `PartTree`.
///
/// Each rank owns a slice of the gradients. It gets that slice of every rank's blocks, completes the tree, and sends
/// the sum to all: for a power of two of ranks each value travels as often as in a ring.
struct GradientExchange {
  private let ranks: Ranks
  private let parts: Int
  /// Each rank's blocks: the nodes of the tree that it sends.
  private let blocks: [[PartTree<Void>.Block]]
  /// Each rank's slice.
  private let slices: [Range<Int>]

  /// - Parameters:
  ///   - parts: of the batch, at least one for each rank.
  ///   - count: the number of gradients.
  init(_ ranks: Ranks, parts: Int, count: Int) {
    self.ranks = ranks
    self.parts = parts
    blocks = (0..<ranks.count).map { rank in
      var tree = PartTree<Void>(parts: parts) { _, _ in }
      for part in ranks.parts(of: parts, rank: rank) { tree.push(PartTree.Block(first: part, ())) }
      return tree.blocks
    }
    // Whole vectors, so that no two ranks write into one.
    let vectors = (count + 15) / 16
    slices = (0..<ranks.count).map { rank in
      min(count, rank * vectors / ranks.count * 16)..<min(count, (rank + 1) * vectors / ranks.count * 16)
    }
  }

  /// - Parameters:
  ///   - own: the sums of this rank's blocks.
  ///   - gradients: gets the sums of all parts; may be one of the blocks.
  /// - Throws: `GroupError` when the connection fails.
  func add(_ own: [PartTree<Tensor>.Block], into gradients: Tensor) throws {
    let (group, slice) = (ranks.group, slices[ranks.rank])
    let none = Array(repeating: 0..<0, count: ranks.count)
    let received = Tensor(uninitialized: [blocks.reduce(0) { $0 + $1.count } * slice.count])
    // Where each rank's first block lies in `received`, in slices.
    let starts = blocks.indices.map { rank in blocks[..<rank].reduce(0) { $0 + $1.count } }
    for index in 0..<(blocks.map(\.count).max() ?? 0) {
      let places = zip(blocks, starts).map { blocks, start in
        index < blocks.count ? (start + index) * slice.count..<(start + index + 1) * slice.count : 0..<0
      }
      let isOwn = index < own.count
      try group.exchange(
        (isOwn ? own[index].sum : gradients).pointer, isOwn ? slices : none, into: received.pointer, places)
    }
    var tree = PartTree<Tensor>(parts: parts) { left, right in
      right.add(left)
      return right
    }
    for (place, block) in blocks.joined().enumerated() {
      let sum = received.slice(place * slice.count..<(place + 1) * slice.count)
      tree.push(PartTree.Block(first: block.first, width: block.width, sum))
    }
    (gradients.pointer + slice.lowerBound).update(from: tree.blocks[0].sum.pointer, count: slice.count)
    try group.gather(gradients.pointer, slices)
  }
}
