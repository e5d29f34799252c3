/// A piece of memory that the pool has handed out or keeps.
// @unchecked: a block is owned by one storage or by the pool, and handed over under the pool's lock.
struct StorageBlock: @unchecked Sendable {
  let address: UnsafeMutableRawPointer
  let bytes: Int
  /// The part that was asked for: what counts as in use, whichever block happened to be free.
  var used: Int
}
