/// The fixed binary tree in which the sums of a batch's parts are added: parts 0 and 1, 2 and 3, ..., then these sums,
/// and so on. What is left over at the end of a level goes up to the next one as it is.
///
/// Floating-point sums depend on their brackets. Here they follow from the number of parts alone, and not from who
/// computes which parts, or when: every process that computes consecutive parts keeps the largest blocks of the tree
/// that these make, and whoever has all blocks completes the tree.
struct PartTree<Sum> {
  /// The sum of consecutive parts, a node of the tree.
  struct Block {
    /// The first part, a multiple of `width`.
    let first: Int
    /// A power of two: the parts, of which those after the batch's last one do not exist.
    let width: Int
    let sum: Sum

    init(first: Int, width: Int = 1, _ sum: Sum) {
      self.first = first
      self.width = width
      self.sum = sum
    }
  }

  /// All parts of the batch.
  let parts: Int
  /// The blocks that wait for their neighbours, in order.
  private(set) var blocks: [Block] = []
  private let add: (_ left: Sum, _ right: Sum) -> Sum

  /// - Parameter add: the sum of two blocks; both are given away.
  init(parts: Int, add: @escaping (_ left: Sum, _ right: Sum) -> Sum) {
    self.parts = parts
    self.add = add
  }

  /// Adds the block that follows the last one.
  mutating func push(_ block: Block) {
    blocks.append(block)
    // What comes after the last part does not exist, so its sums wait for nothing.
    let isLast = block.first + block.width >= parts
    while blocks.count > 1 {
      let (left, right) = (blocks[blocks.count - 2], blocks[blocks.count - 1])
      let isWhole = left.width == right.width || isLast && right.width < left.width
      guard isWhole, left.first % (2 * left.width) == 0 else { return }
      blocks.removeLast(2)
      blocks.append(Block(first: left.first, width: 2 * left.width, add(left.sum, right.sum)))
    }
  }

  /// The most blocks that wait while another part is computed, where one process computes all parts.
  /// - Parameter parts: at least 1.
  static func mostWaiting(parts: Int) -> Int { Int.bitWidth - 1 - parts.leadingZeroBitCount }

  /// Moves the last block's sum elsewhere.
  mutating func moveLast(_ move: (Sum) -> Sum) {
    guard let last = blocks.popLast() else { return }
    blocks.append(Block(first: last.first, width: last.width, move(last.sum)))
  }
}
