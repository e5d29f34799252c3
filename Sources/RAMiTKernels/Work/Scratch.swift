/// Memory for kernels' intermediate values: as many floats for each worker of a `parallelFor`.
package struct Scratch {
  let pointer: UnsafeMutablePointer<Float>
  let count: Int

  /// - Parameter pointer: `count` floats, a multiple of 16, for each worker.
  package init(_ pointer: UnsafeMutablePointer<Float>, count: Int) {
    self.pointer = pointer
    self.count = count
  }

  func of(worker: Int) -> UnsafeMutablePointer<Float> { pointer + worker * count }
}
