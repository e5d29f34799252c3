import RAMiTKernels
import RAMiTTensorCore

extension Variable {
  /// The elements of `x` moved to other places.
  /// - Parameters:
  ///   - copies: together they write each element of the result once.
  ///   - graph: what a traced graph has of the operation.
  init(
    rearranging x: Variable, into shape: Shape, by copies: [StridedCopy], operation: String = #function,
    as graph: @autoclosure () -> GraphDescription?
  ) {
    let y = Tensor(shape) { y in
      for copy in copies { copy(x.value.pointer, into: y) }
    }
    let readsAll = shape.count == x.shape.count
    self.init(y, from: [x], operation: operation, as: graph()) { [x = x.gradientSlot] dy, gradients in
      gradients.write(to: x) { dx, accumulate in
        // Elements that the result leaves out have the gradient zero.
        if !accumulate && !readsAll { dx.update(repeating: 0, count: x.shape.count) }
        for copy in copies { copy.reversed(dy.pointer, into: dx, accumulate: accumulate) }
      }
    }
  }
}
