import RAMiTTensorCore

/// The bytes of tensors that `body` leaves behind. Other computations of the process would be counted too, so tests
/// call it in a process of their own (`processExitsWith`).
package func storageLeak(_ body: () throws -> Void) rethrows -> Int {
  let before = StoragePool.shared.usedBytes
  try body()
  return StoragePool.shared.usedBytes - before
}
