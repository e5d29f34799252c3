import RAMiTKernels

/// Memory for floats, aligned for the widest vectors. It goes back to the pool when nothing holds it.
// @unchecked: the pointer never changes; who may write through it is Tensor's rule.
@usableFromInline final class TensorStorage: @unchecked Sendable {
  /// Nil for a meta tensor.
  let pointer: UnsafeMutablePointer<Float>?
  private let block: StorageBlock?

  init(count: Int) {
    // One vector more: kernels read whole vectors, also at the end of the last row.
    let block = StoragePool.shared.allocate(bytes: (count + vectorWidth) * MemoryLayout<Float>.stride)
    pointer = block.address.assumingMemoryBound(to: Float.self)
    self.block = block
  }

  private init() {
    pointer = nil
    block = nil
  }

  /// No memory.
  static var meta: TensorStorage { TensorStorage() }

  deinit { if let block { StoragePool.shared.release(block) } }
}

/// A piece of memory that the pool has handed out or holds.
// @unchecked: a block is owned by one storage or by the pool, and handed over under the pool's lock.
struct StorageBlock: @unchecked Sendable {
  let address: UnsafeMutableRawPointer
  let bytes: Int
  /// The part that was asked for: what counts as in use, whichever block happened to be free.
  var used: Int
}
