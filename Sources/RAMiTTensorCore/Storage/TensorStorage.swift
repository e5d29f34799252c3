import RAMiTKernels

// @unchecked: the pointer never changes; Tensor's rules say who may write through it.
/// Memory for floats, aligned for the widest vectors. It goes back to the pool when nothing holds it.
@usableFromInline final class TensorStorage: @unchecked Sendable {
  /// Nil for a meta tensor.
  let pointer: UnsafeMutablePointer<Float>?
  private let block: StorageBlock?

  init(count: Int) {
    // One vector more, because kernels read whole vectors even at the end of the last row.
    let block = StoragePool.shared.allocate(bytes: (count + vectorWidth) * MemoryLayout<Float>.stride)
    pointer = block.address.assumingMemoryBound(to: Float.self)
    self.block = block
  }

  private init() {
    pointer = nil
    block = nil
  }

  /// The storage of a meta tensor: no memory.
  static var meta: TensorStorage { TensorStorage() }

  deinit { if let block { StoragePool.shared.release(block) } }
}

// @unchecked: one storage, or the pool, owns a block and hands it over under the pool's lock.
/// A piece of memory that the pool has handed out or holds.
struct StorageBlock: @unchecked Sendable {
  let address: UnsafeMutableRawPointer
  let bytes: Int
  /// The requested bytes. They count as in use; the block may be larger.
  var used: Int
}
