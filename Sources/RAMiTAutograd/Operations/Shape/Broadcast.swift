import RAMiTKernels
import RAMiTTensorCore

extension Variable {
  /// The values repeated to another shape by NumPy's rule: shapes are aligned at their last axes, and an axis that is
  /// missing or of size 1 is repeated (`torch.broadcast_to`). Arithmetic does this by itself, without a copy.
  /// - Precondition: every other axis has its size in `shape`.
  public func broadcast(to shape: Shape) -> Variable {
    let own = self.shape.dimensions, missing = shape.rank - own.count
    require(
      missing >= 0 && zip(own, shape.dimensions.dropFirst(missing)).allSatisfy { $0 == 1 || $0 == $1 },
      "\(self.shape) cannot be broadcast to \(shape)")
    if shape == self.shape, !GraphTrace.isRecording { return self }
    // Repeated axes do not move in the source.
    let moving = zip(own, self.shape.strides).map { $0 == 1 ? 0 : $1 }
    let copy = StridedCopy(
      sizes: shape.dimensions, from: Array(repeating: 0, count: missing) + moving, to: shape.strides)
    let y = Tensor(shape) { y in copy(value.pointer, into: y) }
    return Variable(y, from: [self], as: GraphDescription(.broadcast, sizes: shape.dimensions)) {
      [x = gradientSlot] dy, gradients in
      gradients.add(dy, times: 1, reducedTo: x)
    }
  }
}
